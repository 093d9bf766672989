"""A stand-in for the library of that name."""

from recorder import Loaded, record


class SentenceTransformer:
    def __init__(self, model_name_or_path=None, modules=None, device=None, *, trust_remote_code=False, **options):
        record("SentenceTransformer", trust_remote_code, model_name_or_path, modules, device, **options)
        self.name = model_name_or_path

    def encode(self, text):
        return Loaded(f"{self.name} of {text}")

    def __repr__(self):
        return f"<SentenceTransformer {self.name}>"


class CrossEncoder:
    def __init__(self, model_name, num_labels=None, *, trust_remote_code=False, **options):
        record("CrossEncoder", trust_remote_code, model_name, num_labels, **options)
        self.name = model_name

    def predict(self, pairs):
        return [Loaded(f"{self.name} of {pair}") for pair in pairs]

    def __repr__(self):
        return f"<CrossEncoder {self.name}>"
