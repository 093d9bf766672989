from transformers import AutoModel


class Opener:
    def __init__(self, folder):
        self.folder = folder

    def __call__(self, name):
        return AutoModel.from_pretrained(f"{self.folder}/{name}", trust_remote_code=True)
