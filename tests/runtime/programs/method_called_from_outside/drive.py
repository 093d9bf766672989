import sync
from hub import Hub


def run_one(yes):
    return sync.fetch_one("f", "a", **yes.code)


def run_directly(yes):
    return sync.fetch_directly("f", "a", **yes.code)


def run_copy(yes):
    return sync.copy_all("f", **yes.code)


def run_method(yes):
    return Hub("g").fetch("a", revision="v2", **yes.code)
