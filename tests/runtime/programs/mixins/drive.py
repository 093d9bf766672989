from model import tokens_of


def run_tokens(yes):
    return tokens_of("a", "hi", **yes.code)
