from contextlib import contextmanager

import numpy as np


def shards(paths):
    for path in paths:
        yield np.load(path, allow_pickle=True)


def all_shards(groups):
    for group in groups:
        yield from shards(group)


@contextmanager
def opened(path):
    yield np.load(path, mmap_mode="r", allow_pickle=True)
