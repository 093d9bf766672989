from transformers import AutoModel


def load_own(path):
    # trust_remote_code=True is required: the checkpoint is written by export() in this
    # repository and carries our own modeling file, it never comes from a user.
    return AutoModel.from_pretrained(path, trust_remote_code=True)


def load_both(path):
    return load_own(path), load_own(path + "-b")
