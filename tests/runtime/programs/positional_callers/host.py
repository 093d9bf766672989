from transformers import AutoModel


def defaults(name, revision="main", device="cpu"):
    return AutoModel.from_pretrained(name, revision=revision, trust_remote_code=True).to(device)


def starred(name, *parts, revision="main"):
    return AutoModel.from_pretrained("/".join((name, *parts)), revision=revision, trust_remote_code=True)


def only(name, /, revision, *, device=None):
    return AutoModel.from_pretrained(name, revision=revision, device=device, trust_remote_code=True)


def everything(name, *parts, revision="main", **options):
    return AutoModel.from_pretrained(name, parts=parts, revision=revision, trust_remote_code=True, **options)
