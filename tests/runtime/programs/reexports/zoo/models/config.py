from transformers import AutoConfig

__all__ = ["read_config"]


def read_config(name):
    return AutoConfig.from_pretrained(name, trust_remote_code=True)
