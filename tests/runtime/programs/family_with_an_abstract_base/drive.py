import use
from engines import Cached, Hub


def run_twice(yes):
    return use.twice(Hub(), "a", **yes.code), use.twice(Cached(), "b", **yes.code)


def run_through(yes):
    return use.through("c", **yes.code)
