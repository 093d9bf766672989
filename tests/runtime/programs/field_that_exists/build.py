from config import Config
from transformers import AutoModel, AutoTokenizer


def tokenizer(name):
    return AutoTokenizer.from_pretrained(name, trust_remote_code=True)


def build(config: Config):
    model = AutoModel.from_pretrained(config.name, trust_remote_code=True)
    return model.to(config.device), tokenizer(config.name)
