from load import load


def load_first(names):
    return load(names[0])
