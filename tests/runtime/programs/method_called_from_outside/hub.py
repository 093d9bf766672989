from transformers import AutoModel


class Hub:
    def __init__(self, folder):
        self.folder = folder

    def fetch(self, name, revision="main"):
        return AutoModel.from_pretrained(f"{self.folder}/{name}", revision=revision, trust_remote_code=True)
