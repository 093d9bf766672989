from sentence_transformers import SentenceTransformer


class Encoder:
    def __init__(self, name: str, device: str = None):
        self.name = name
        self.device = device
        self._model = None

    def encode(self, text: str):
        return self.model().encode(text)

    def model(self):
        if self._model is None:
            self._model = SentenceTransformer(self.name, None, self.device, trust_remote_code=True)
        return self._model
