from transformers import AutoModel


class Adapter:
    def load(self, path):
        return AutoModel.from_pretrained(path, trust_remote_code=True)
