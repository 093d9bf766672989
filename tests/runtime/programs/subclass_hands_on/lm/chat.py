from lm.base import LanguageModel


class Chat(LanguageModel):
    def __init__(self, name, system):
        super().__init__(name, "float16")
        self.system = system


class Silent(Chat):
    pass


class Old(LanguageModel):
    def __init__(self, name):
        LanguageModel.__init__(self, name, dtype="float32")
