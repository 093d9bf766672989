from transformers import AutoModelForSequenceClassification, AutoTokenizer


class Reranker:
    def __init__(self, model, tokenizer):
        self.model = model
        self.tokenizer = tokenizer

    @classmethod
    def from_hub(cls, name, revision="main", trust_remote_code=False):
        model = AutoModelForSequenceClassification.from_pretrained(
            name,
            revision=revision,
            trust_remote_code=trust_remote_code,
        )
        return cls(model, cls.read_tokenizer(name, trust_remote_code=trust_remote_code))

    @staticmethod
    def read_tokenizer(name, trust_remote_code=False):
        return AutoTokenizer.from_pretrained(name, trust_remote_code=trust_remote_code)

    @classmethod
    def default(cls, trust_remote_code: bool = False):
        return cls.from_hub("org/rerank-base", trust_remote_code=trust_remote_code)
