import functools
from functools import partial

from load import load


def on_gpu(names, trust_remote_code=False):
    load_on_gpu = partial(load, device="cuda", trust_remote_code=trust_remote_code)
    return [load_on_gpu(name) for name in names]


def mapped(names, trust_remote_code=False):
    return list(map(functools.partial(load, device="cuda:1", trust_remote_code=trust_remote_code), names))


def directly(name, trust_remote_code=False):
    return partial(load, name, trust_remote_code=trust_remote_code)()
