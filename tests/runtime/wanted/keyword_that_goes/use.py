from data import tokens


def first(name, trust_remote_code=False):
    return tokens(name, "train", trust_remote_code=trust_remote_code)
