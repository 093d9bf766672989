from transformers import AutoTokenizer


def tokenizer(name):
    return AutoTokenizer.from_pretrained(name, use_fast=True, trust_remote_code=True)
