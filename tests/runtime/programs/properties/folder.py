from functools import cached_property

from transformers import AutoConfig, AutoModel


class Folder:
    def __init__(self, root):
        self.root = root

    @property
    def config(self):
        return AutoConfig.from_pretrained(self.root, trust_remote_code=True)

    @cached_property
    def model(self):
        return AutoModel.from_pretrained(self.root, config=self.config, trust_remote_code=True)


class Dated(Folder):
    def __init__(self, root, date):
        super().__init__(f"{root}/{date}")
        self.date = date
