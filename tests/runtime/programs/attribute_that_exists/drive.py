from parts import tokenizer
from runner import Runner


def run_model(yes):
    return Runner("a", **yes.code).model()


def run_tokens(yes):
    return Runner("b", **yes.code).tokens("hi")


def run_tokenizer(yes):
    return tokenizer("c", **yes.code)
