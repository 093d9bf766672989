from pair import load_pair
from tables import load_any


def cut_table(yes):
    return load_any("text", "a"), load_any("vision", path="b")


def run_pair(yes):
    return load_pair("c", **yes.code)
