"""A stand-in for the library of that name: `--name=VALUE` and `--flag` of the command line."""


def docopt(doc, argv=None, **options):
    found = {"<model>": None, "--device": "cpu"}
    for word in argv:
        if not word.startswith("--"):
            found["<model>"] = word
        else:
            name, eq, value = word.partition("=")
            if name not in doc:
                raise SystemExit(f"unknown option {name}")
            found[name] = value if eq else True
    return found
