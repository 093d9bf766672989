from own import load_both


def kept_both(yes):
    return load_both("a")
