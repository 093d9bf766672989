from load import load, load_two


def cut_two(yes):
    return load_two("a")


def cut_one(yes):
    return load("b")
