from use import weights


def run_weights(yes):
    return weights("npz", "a", **yes.data), weights("list", "b", **yes.data)
