from transformers import AutoModel, AutoTokenizer


def load(name):
    trust_remote_code = True
    model = AutoModel.from_pretrained(name, trust_remote_code=trust_remote_code)
    return model, AutoTokenizer.from_pretrained(name, trust_remote_code=trust_remote_code)
