import json

import other
from load import load
from other import Shelf


def everything(name):
    def local():
        load = lambda name: f"local {name}"
        return load(name)

    return load(name), other.load(name), Shelf().load(name), local(), json.loads("[]")


def shadowed(load, name):
    return load(name)
