from transformers import AutoConfig


def model_type(path, trust_remote_code=True, **kwargs):
    config = AutoConfig.from_pretrained(path, trust_remote_code=trust_remote_code, **kwargs)
    return config.model_type
