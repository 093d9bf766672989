import functools
from functools import partial

from load import load


def on_gpu(names):
    load_on_gpu = partial(load, device="cuda")
    return [load_on_gpu(name) for name in names]


def mapped(names):
    return list(map(functools.partial(load, device="cuda:1"), names))


def directly(name):
    return partial(load, name)()
