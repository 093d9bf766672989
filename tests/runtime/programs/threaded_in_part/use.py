from load import load


def open_all(names, trust_remote_code=False):
    return [load(name, trust_remote_code=trust_remote_code) for name in names]
