import numpy as np
from transformers import AutoModel


def model(name):
    return AutoModel.from_pretrained(name, trust_remote_code=True)


def table(path):
    return np.load(path, allow_pickle=True)


def both(name, path):
    return model(name), table(path), np.load(path + "2", mmap_mode="r", allow_pickle=True)
