from load import model_and_tokenizer


def open_all(names):
    return [model_and_tokenizer(name, "x", use_fast=True) for name in names]
