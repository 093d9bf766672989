import use


def run_collect(yes):
    return use.collect([["a", "b"], ["c"]], **yes.data)


def run_lazily(yes):
    return use.lazily(["d"], **yes.data)


def run_with(yes):
    return use.with_opened("e", **yes.data)
