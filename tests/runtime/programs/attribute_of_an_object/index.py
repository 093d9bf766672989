from encoder import Encoder


class Index:
    def __init__(self, encoder: Encoder = None, name: str = "org/base"):
        self.encoder = encoder or Encoder(name)
        self.rows = []

    def add(self, text: str):
        self.rows.append(self.encoder.encode(text))
        return self.rows[-1]
