from rank import Ranker


def best(name: str, query: str, passages: list):
    return Ranker(name).rank(query, passages)[0]


def with_labels(name: str):
    ranker = Ranker(name, 3)
    return ranker.encoder
