from lm.chat import Silent
from lm.make import make_all


def run_all(yes):
    return make_all("a", **yes.code)


def run_silent(yes):
    return Silent("b", "s", **yes.code).system
