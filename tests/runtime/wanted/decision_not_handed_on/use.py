from load import load


def open_two(name, trust_remote_code=False):
    return load(name, trust_remote_code=trust_remote_code), load(name + "-b", "cuda", trust_remote_code=trust_remote_code)


class Keeper:
    def __init__(self, name, trust_remote_code=False):
        self.name = name
        self.trust_remote_code = trust_remote_code

    def open(self):
        return load(self.name, trust_remote_code=self.trust_remote_code)
