from transformers import AutoModelForCausalLM, AutoModelForVision2Seq


def load_text(path):
    return AutoModelForCausalLM.from_pretrained(path, trust_remote_code=True)


def load_vision(path):
    return AutoModelForVision2Seq.from_pretrained(path, trust_remote_code=True)


LOADERS = {"text": load_text, "vision": load_vision}


def load_any(kind, path):
    return LOADERS[kind](path)
