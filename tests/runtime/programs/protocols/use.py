from kinds import Source
from sources import Pickled, Plain


def weights(source: Source, path: str):
    return source.weights_at(path)


def both(path: str):
    return weights(Pickled(), path), weights(Plain(), path)
