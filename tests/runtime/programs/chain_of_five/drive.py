from one import first


def run_default_device(yes):
    return first("a+b", **yes.code)


def run_positional(yes):
    return first("a", "cuda", **yes.code)
