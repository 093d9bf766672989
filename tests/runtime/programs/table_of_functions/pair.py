import tables


def load_pair(path):
    return tables.load_text(path), tables.load_vision(path + "-vision")
