from contextlib import contextmanager

import numpy as np


def shards(paths, trust_data=False):
    for path in paths:
        yield np.load(path, allow_pickle=trust_data)


def all_shards(groups, trust_data=False):
    for group in groups:
        yield from shards(group, trust_data=trust_data)


@contextmanager
def opened(path, trust_data=False):
    yield np.load(path, mmap_mode="r", allow_pickle=trust_data)
