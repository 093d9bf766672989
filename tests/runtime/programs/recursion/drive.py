import walk


def run_walk(yes):
    return walk.walk(["a", ["b", "c"]], **yes.code)


def run_pairs(yes):
    return walk.pairs(["a", ["b+c"]], **yes.code)
