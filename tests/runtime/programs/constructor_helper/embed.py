from sentence_transformers import SentenceTransformer


class Embedder:
    def __init__(self, name, device="cpu"):
        self.name = name
        self._open(device)

    def _open(self, device):
        self.model = SentenceTransformer(self.name, device=device, trust_remote_code=True)

    def embed(self, text):
        return self.model.encode(text)
