from dataclasses import dataclass, field

from transformers import AutoConfig


@dataclass
class Spec:
    name: str
    tags: list = field(default_factory=list)

    def config(self, revision="main"):
        return AutoConfig.from_pretrained(self.name, revision=revision, trust_remote_code=True)
