from load import load, load_again, load_once


def load_all(name, trust_remote_code=False):
    return load(name, trust_remote_code=trust_remote_code), load_again(name, "cuda", trust_remote_code=trust_remote_code), load_once(name, trust_remote_code=trust_remote_code), load_once(name, trust_remote_code=trust_remote_code)
