from .load import load


def start(name):
    return load(name)
