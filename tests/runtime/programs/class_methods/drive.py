import use


def run_named(yes):
    return use.rerank("a", **yes.code)


def run_default(yes):
    return use.rerank(**yes.code)


def run_small(yes):
    return use.small(**yes.code)
