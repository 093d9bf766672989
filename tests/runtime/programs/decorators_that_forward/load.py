from functools import lru_cache

from timing import retried, timed
from transformers import AutoModel


@timed
def load(name):
    return AutoModel.from_pretrained(name, trust_remote_code=True)


@retried(3)
@timed
def load_again(name, device="cpu"):
    return AutoModel.from_pretrained(name, device=device, trust_remote_code=True)


@lru_cache(maxsize=None)
def load_once(name):
    return AutoModel.from_pretrained(name, once=True, trust_remote_code=True)
