from kinds import model_type
from use import describe


def run_describe(yes):
    return describe("a", **yes.code)


def run_directly(yes):
    return model_type("b", **yes.code)
