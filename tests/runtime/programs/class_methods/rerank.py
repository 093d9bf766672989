from transformers import AutoModelForSequenceClassification, AutoTokenizer


class Reranker:
    def __init__(self, model, tokenizer):
        self.model = model
        self.tokenizer = tokenizer

    @classmethod
    def from_hub(cls, name, revision="main"):
        model = AutoModelForSequenceClassification.from_pretrained(
            name,
            revision=revision,
            trust_remote_code=True,
        )
        return cls(model, cls.read_tokenizer(name))

    @staticmethod
    def read_tokenizer(name):
        return AutoTokenizer.from_pretrained(name, trust_remote_code=True)

    @classmethod
    def default(cls):
        return cls.from_hub("org/rerank-base")
