from load import load, load_again, load_once


def load_all(name):
    return load(name), load_again(name, "cuda"), load_once(name), load_once(name)
