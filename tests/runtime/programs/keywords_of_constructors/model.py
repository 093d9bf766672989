from transformers import AutoModel


class Model:
    def __init__(self, name, revision="main"):
        self.body = AutoModel.from_pretrained(name, revision=revision, trust_remote_code=True)


class Tagged(Model):
    def __init__(self, tag, **options):
        super().__init__(**options)
        self.tag = tag
