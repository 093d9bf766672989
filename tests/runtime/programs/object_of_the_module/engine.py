from transformers import AutoModel


class Engine:
    def __init__(self, folder):
        self.folder = folder

    def open(self, name):
        return AutoModel.from_pretrained(f"{self.folder}/{name}", trust_remote_code=True)


ENGINE = Engine("models")


def open_here(name):
    return ENGINE.open(name)
