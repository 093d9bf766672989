from config import Config
from transformers import AutoModel, AutoTokenizer


def tokenizer(name, trust_remote_code=False):
    return AutoTokenizer.from_pretrained(name, trust_remote_code=trust_remote_code)


def build(config: Config):
    model = AutoModel.from_pretrained(config.name, trust_remote_code=config.trust_remote_code)
    return model.to(config.device), tokenizer(config.name, trust_remote_code=config.trust_remote_code)
