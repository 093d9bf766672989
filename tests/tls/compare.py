"""Runs the modules of fixtures before and after their edits, and compares what they do.

Packages that connect are stubs that note what they are told. Functions whose names begin with `run_`
are called: they must tell the stubs the same, but for what switches checks off, and after the edits
nothing may. Those that begin with `client_` and `server_` return a context of `ssl`, which is looked
at. Prints what is wrong, and at the end how many functions were run.
"""

import asyncio
import inspect
import json
import ssl
import sys
import types
import warnings
from pathlib import Path

warnings.simplefilter("ignore")
STUBS = ["requests", "httpx", "aiohttp", "urllib3", "paramiko", "OpenSSL"]
FLAGS = {"verify", "ssl", "verify_ssl", "cert_reqs", "assert_hostname"}


class Stub:
    """Notes every call of it and of all that comes of it, and what is set on it."""

    def __init__(self, name, notes):
        self.__dict__.update(name=name, notes=notes)

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return Stub(f"{self.name}.{name}", self.notes)

    def __setattr__(self, name, value):
        self.notes.append((f"{self.name}.{name} =", (), {name: value}))

    def __call__(self, *args, **kwargs):
        self.notes.append((self.name, args, kwargs))
        return Stub(f"{self.name}()", self.notes)

    def __repr__(self):
        return self.name

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return None

    async def __aenter__(self):
        return self

    async def __aexit__(self, *_):
        return None

    def __await__(self):
        yield from ()
        return self


def stub(name, notes):
    """A package of which every name is a stub."""
    module = types.ModuleType(name)
    module.__path__ = []
    module.__getattr__ = lambda attribute: getattr(Stub(name, notes), attribute)
    return module


def load(path):
    """The names of a module and the list of what its stubs are told."""
    notes = []
    text = path.read_text()
    for name in STUBS:
        for inner in ("", ".api", ".sessions", ".poolmanager", ".client", ".SSL"):
            sys.modules[name + inner] = stub(name + inner, notes)
    # A class cannot derive from a stub, which is an object.
    text = text.replace("(requests.Session):", ":").replace("(paramiko.AutoAddPolicy):", ":")
    names = {"__name__": "fixture"}
    exec(compile(text, str(path), "exec"), names)
    return names, notes


def plain(note):
    """A note without what switches checks off, and without the names of what was chosen instead."""
    name, args, kwargs = note
    rest = {key: value for key, value in kwargs.items() if key not in FLAGS}
    renamed = [
        ("AutoAddPolicy", "RejectPolicy"),
        ("WarningPolicy", "RejectPolicy"),
        ("SSLv3_METHOD", "TLS_METHOD"),
        ("TLSv1_METHOD", "TLS_METHOD"),
        ("VERIFY_NONE", "VERIFY_PEER"),
    ]
    text = repr((name, args, rest))
    for old, new in renamed:
        text = text.replace(old, new)
    return text


def unsafe(note):
    """What a note switches off."""
    name, args, kwargs = note
    given = {key: kwargs[key] for key in FLAGS - {"cert_reqs"} if key in kwargs}
    found = [key for key, value in given.items() if not value and value is not None]
    if "httpx" in name or name.endswith("verify ="):
        found += ["verify"] if kwargs.get("verify", True) is None else []
    weak = ("CERT_NONE", "NONE", "CERT_OPTIONAL", ssl.CERT_NONE, ssl.CERT_OPTIONAL)
    found += ["cert_reqs"] if kwargs.get("cert_reqs") in weak else []
    text = repr((name, args, kwargs))
    words = ["AutoAddPolicy", "WarningPolicy", "VERIFY_NONE", "SSLv3_METHOD", "TLSv1_METHOD"]
    return found + [word for word in words if word in text]


def run(function):
    """What a function returns, one that has to be awaited too."""
    made = function()
    return asyncio.run(made) if inspect.iscoroutine(made) else made


def state(context):
    """What a context checks and takes."""
    return {
        "hostname": context.check_hostname,
        "mode": context.verify_mode.name,
        "lowest": context.minimum_version.name,
        "highest": context.maximum_version.name,
    }


def context_problems(name, context):
    """What is wrong with a context, by the name of the function that makes it."""
    found = state(context)
    if name.startswith("server_"):
        asks = found["mode"] == "CERT_REQUIRED" or found["hostname"]
        return ["the server asks for what clients do not have"] if asks else []
    wrong = [] if found["mode"] == "CERT_REQUIRED" else ["certificates are not checked"]
    wrong += [] if found["hostname"] else ["host names are not checked"]
    high = found["highest"] in ("MAXIMUM_SUPPORTED", "TLSv1_3")
    wrong += ["nothing would connect"] if found["lowest"] == "TLSv1_3" and not high else []
    return wrong


def functions(names):
    """The functions that are run: those that need no argument."""
    for name, value in sorted(names.items()):
        if name.startswith(("run_", "client_", "server_")) and callable(value):
            parameters = inspect.signature(value).parameters.values()
            if all(parameter.default is not parameter.empty for parameter in parameters):
                yield name


def modules(folder):
    """The modules of a fixture with functions to run."""
    for path in sorted((folder / "before").rglob("*.py")):
        if any(f"def {kind}_" in path.read_text() for kind in ("run", "client", "server")):
            yield path.relative_to(folder / "before")


def compare(folder, after):
    """What is wrong with a fixture, and how many functions were run. `after` is the edited folder."""
    wrong, count = [], 0
    keeps = (folder / "about.txt").read_text().startswith("Where one setting stays")
    for path in modules(folder):
        (old, before), (new, behind) = load(folder / "before" / path), load(after / path)
        for name in functions(new):
            where = f"{folder.name}/{path} {name}"
            count += 1
            before.clear()
            behind.clear()
            try:
                run(old[name])
                made = run(new[name])
            except Exception as error:
                wrong.append(f"{where}: {error!r}")
                continue
            if isinstance(made, ssl.SSLContext) and not keeps:
                wrong += [f"{where}: {why}" for why in context_problems(name, made)]
            if [plain(note) for note in before] != [plain(note) for note in behind]:
                wrong.append(f"{where}: it does {behind} and did {before}")
            wrong += [f"{where}: {note} {unsafe(note)}" for note in behind if unsafe(note)]
            if name.startswith("run_") and "safe" not in name and not any(map(unsafe, before)):
                wrong.append(f"{where}: there was nothing to find")
    return wrong, count


def runs(folder, after):
    """What no longer runs where some of the changes are made, and how many functions were run."""
    wrong, count = [], 0
    for path in modules(folder):
        try:
            new, _ = load(after / path)
        except Exception as error:
            wrong.append(f"{folder.name}/{path}: {error!r}")
            continue
        for name in functions(new):
            count += 1
            try:
                run(new[name])
            except Exception as error:
                wrong.append(f"{folder.name}/{path} {name}: {error!r}")
    return wrong, count


def main(arguments):
    """Each argument is a fixture, or a fixture and a folder with some of its changes: `fixture=folder`."""
    every, count = [], 0
    for argument in arguments:
        folder, _, some = argument.partition("=")
        folder = Path(folder)
        wrong, here = runs(folder, Path(some)) if some else compare(folder, folder / "after")
        every += wrong
        count += here
    print(json.dumps({"wrong": every, "count": count}))


main(sys.argv[1:])
