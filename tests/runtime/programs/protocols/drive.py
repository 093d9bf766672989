from use import both


def run_both(yes):
    return both("a", **yes.data)
