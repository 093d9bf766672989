from use import load_first


def run_first(yes):
    return load_first(["a", "b"], **yes.code)
