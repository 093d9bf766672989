from transformers import AutoModel


def load(name, device="cpu"):
    return AutoModel.from_pretrained(name, trust_remote_code=True).to(device)
