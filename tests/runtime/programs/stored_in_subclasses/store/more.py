from transformers import AutoTokenizer

from .base import Lazy


class Tagged(Lazy):
    def __init__(self, name, tag):
        super().__init__(name, "cpu")
        self.tag = tag


class Paired(Lazy):
    def run(self, text):
        tokens = self._tokenizer()(text)
        return super().run(tokens)

    def _tokenizer(self):
        return AutoTokenizer.from_pretrained(self.name, trust_remote_code=True)
