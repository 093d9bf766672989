import use
from folder import Dated


def run_describe(yes):
    return use.describe("a", **yes.code)


def run_dated(yes):
    return use.describe_dated("b", **yes.code)


def run_class(yes):
    return Dated("c", date="2025", **yes.code).config
