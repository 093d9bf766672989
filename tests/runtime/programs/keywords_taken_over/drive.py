from load import model_and_tokenizer
from use import open_all


def run_all(yes):
    return open_all(["a", "b"], **yes.code)


def run_directly(yes):
    return model_and_tokenizer("c", padding_side="left", **yes.code)
