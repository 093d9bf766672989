from transformers import AutoModelForCausalLM

from .base import Adapter


class T5Adapter(Adapter):
    def load(self, path, trust_remote_code=False):
        return AutoModelForCausalLM.from_pretrained(path, device="cpu", trust_remote_code=trust_remote_code)


class LocalAdapter(Adapter):
    def load(self, path, trust_remote_code=False):
        return f"local {path}"
