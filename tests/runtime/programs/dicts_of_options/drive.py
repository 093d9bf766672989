from load import load


def run_load(yes):
    return load("a", **yes.code)
