from functools import cached_property

from transformers import AutoConfig, AutoModel


class Folder:
    def __init__(self, root, trust_remote_code=False):
        self.root = root
        self.trust_remote_code = trust_remote_code

    @property
    def config(self):
        return AutoConfig.from_pretrained(self.root, trust_remote_code=self.trust_remote_code)

    @cached_property
    def model(self):
        return AutoModel.from_pretrained(self.root, config=self.config, trust_remote_code=self.trust_remote_code)


class Dated(Folder):
    def __init__(self, root, date, trust_remote_code=False):
        super().__init__(f"{root}/{date}", trust_remote_code=trust_remote_code)
        self.date = date
