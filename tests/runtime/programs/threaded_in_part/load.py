from transformers import AutoModel, AutoTokenizer


def load(name, trust_remote_code=False):
    model = AutoModel.from_pretrained(name, trust_remote_code=trust_remote_code)
    return model, tokenizer(name)


def tokenizer(name):
    return AutoTokenizer.from_pretrained(name, trust_remote_code=True)
