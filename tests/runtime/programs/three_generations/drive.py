import vision


def run_sizes(yes):
    return vision.sizes("a", **yes.code)


def run_last(yes):
    return vision.Centred("b", **yes.code).crop
