from first.use import start
from second.use import start as second


def run_first(yes):
    return start("a", **yes.code)


def kept_second(yes):
    return second("b")
