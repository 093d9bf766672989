from use import load_all


def run_all(yes):
    return load_all("a", **yes.code)
