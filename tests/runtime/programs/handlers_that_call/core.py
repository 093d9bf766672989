from transformers import AutoModel


def load(name):
    return AutoModel.from_pretrained(name, trust_remote_code=True)


def load_two(name):
    return load(name), load(name + "-b")
