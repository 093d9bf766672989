from embed import Embedder


def search(name, query):
    return Embedder(name, "cuda").embed(query)
