from transformers import AutoModel


def load(name, device="cpu", trust_remote_code=False):
    return AutoModel.from_pretrained(name, trust_remote_code=trust_remote_code).to(device)
