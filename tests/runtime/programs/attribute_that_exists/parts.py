from transformers import AutoTokenizer


def tokenizer(name):
    return AutoTokenizer.from_pretrained(name, trust_remote_code=True)
