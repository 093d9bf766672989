from transformers import AutoTokenizer


class Tokenizing:
    def _tokenizer(self, name):
        return AutoTokenizer.from_pretrained(name, trust_remote_code=True)
