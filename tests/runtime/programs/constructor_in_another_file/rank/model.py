from sentence_transformers import CrossEncoder


class Ranker:
    """Ranks passages."""

    def __init__(self, name: str, labels: int = 1):
        self.encoder = CrossEncoder(name, labels, trust_remote_code=True)

    def rank(self, query: str, passages: list):
        return self.encoder.predict([(query, passage) for passage in passages])
