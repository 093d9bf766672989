from load import load_all, load_deep


def all_of(names):
    def later():
        return load_all(names)

    return later(), sorted(names, key=lambda name: str(load_deep([name])))
