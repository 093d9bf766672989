from host import defaults, everything, only, starred


def all_of_them(name):
    return [
        defaults(name, "v1", "cuda"),
        defaults(name, device="cuda:1"),
        starred(name, "a", "b"),
        starred(name, "c", revision="v2"),
        only(name, "v3"),
        only(name, revision="v4", device=0),
        everything(name, 1, 2, depth=3),
        everything(name, *[4, 5], **{"depth": 6}),
    ]


def few(name, device,):
    return defaults(name, "v5", device,)
