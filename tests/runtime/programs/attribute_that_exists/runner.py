from parts import tokenizer
from transformers import AutoModel


class Runner:
    def __init__(self, name, trust_remote_code=False):
        self.name = name
        self.trust_remote_code = trust_remote_code

    def model(self):
        return AutoModel.from_pretrained(self.name, trust_remote_code=True)

    def tokens(self, text):
        return tokenizer(self.name)(text)
