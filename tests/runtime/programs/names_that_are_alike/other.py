class Shelf:
    def load(self, name):
        return f"shelf {name}"


def load(name):
    return f"other {name}"
