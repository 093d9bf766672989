from __future__ import annotations

LOADERS: dict[str, type[Loader]] = {}


def register(name):
    def keep(cls):
        LOADERS[name] = cls
        return cls

    return keep


class Loader:
    def load_weights(self, path):
        raise NotImplementedError


def make(name) -> Loader:
    return LOADERS[name]()
