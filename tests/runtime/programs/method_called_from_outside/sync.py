from hub import Hub


class Mirror:
    def __init__(self, folder):
        self.hub = Hub(folder)

    def copy(self, names):
        return [self.hub.fetch(name) for name in names]


def fetch_one(folder, name):
    hub = Hub(folder)
    return hub.fetch(name, "v1")


def fetch_directly(folder, name):
    return Hub(folder).fetch(name)


def copy_all(folder):
    mirror = Mirror(folder)
    return mirror.copy(["a", "b"])
