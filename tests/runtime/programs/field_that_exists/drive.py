from build import build, tokenizer
from config import Config


def run_build(yes):
    return build(Config("a", **yes.code))


def run_tokenizer(yes):
    return tokenizer("b", **yes.code)
