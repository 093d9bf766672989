import loaders
from registry import make


def weights(kind, path):
    loader = make(kind)
    return loader.load_weights(path)
