from transformers import AutoModel


class Adapter:
    def load(self, path, trust_remote_code=False):
        return AutoModel.from_pretrained(path, trust_remote_code=trust_remote_code)
