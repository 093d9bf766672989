from tools import count


def run_count(yes):
    return count.count("a", "text", **yes.code)


def run_count_later(yes):
    return count.count_later("a", "text", **yes.code)


def run_count_by_module(yes):
    return count.count_by_module("a", text="text", **yes.code)
