from load import load


def pair(name: str):
    return load(name, True), load(name)
