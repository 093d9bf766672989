from typing import Literal, overload

from transformers import AutoModel, AutoTokenizer


@overload
def load(name: str, both: Literal[True]) -> tuple: ...


@overload
def load(name: str, both: Literal[False] = False) -> object: ...


def load(name: str, both: bool = False):
    model = AutoModel.from_pretrained(name, trust_remote_code=True)
    if both:
        return model, AutoTokenizer.from_pretrained(name, trust_remote_code=True)
    return model
