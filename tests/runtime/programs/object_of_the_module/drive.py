from use import open_both


def run_both(yes):
    return open_both("a", **yes.code)
