from embed import Embedder
from search import search


def run_search(yes):
    return search("a", "q", **yes.code)


def run_class(yes):
    return Embedder("b", **yes.code).embed("t")
