from transformers import AutoModelForCausalLM

from .base import Adapter


class T5Adapter(Adapter):
    def load(self, path):
        return AutoModelForCausalLM.from_pretrained(path, device="cpu", trust_remote_code=True)


class LocalAdapter(Adapter):
    def load(self, path):
        return f"local {path}"
