from transformers import AutoModel


def fifth(name, /, *, device):
    return AutoModel.from_pretrained(name, trust_remote_code=True).to(device)
