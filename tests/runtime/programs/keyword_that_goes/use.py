from data import tokens


def first(name):
    return tokens(name, "train")
