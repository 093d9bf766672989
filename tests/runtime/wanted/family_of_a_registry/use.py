import loaders
from registry import make


def weights(kind, path, trust_data=False):
    loader = make(kind)
    return loader.load_weights(path, trust_data=trust_data)
