from mixins import Tokenizing


class Named:
    def __init__(self, name):
        self.name = name


class Model(Tokenizing, Named):
    def tokens(self, text):
        return self._tokenizer(self.name)(text)


def tokens_of(name, text):
    return Model(name).tokens(text)
