from transformers import AutoModel


def open_model(name, revision=None):
    return AutoModel.from_pretrained(name, revision=revision, trust_remote_code=True)
