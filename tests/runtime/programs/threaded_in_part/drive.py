from load import tokenizer
from use import open_all


def given_all(yes):
    return open_all(["a", "b"], **yes.code)


def run_tokenizer(yes):
    return tokenizer("c", **yes.code)
