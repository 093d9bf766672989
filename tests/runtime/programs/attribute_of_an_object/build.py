from encoder import Encoder
from index import Index


def build(texts: list):
    index = Index(name="org/small")
    return [index.add(text) for text in texts]


def build_with(name: str, texts: list):
    index = Index(Encoder(name, "cuda"))
    return [index.add(text) for text in texts]
