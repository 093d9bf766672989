from transformers import AutoModel

from engines.base import Engine


class Hub(Engine):
    def open(self, name: str) -> object:
        return AutoModel.from_pretrained(name, trust_remote_code=True)


class Cached(Hub):
    def open(self, name: str) -> object:
        return super().open(f"cache/{name}")


class Delegate(Engine):
    def __init__(self, inner: Engine):
        self.inner = inner

    def open(self, name: str) -> object:
        return self.inner.open(name)
