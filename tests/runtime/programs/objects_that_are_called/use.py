from opener import Opener


def open_all(folder, names):
    opener = Opener(folder)
    return [opener(name) for name in names]


def open_one(folder, name):
    return Opener(folder)(name)
