from transformers import AutoModel, AutoProcessor, AutoTokenizer


def model(name):
    return AutoModel.from_pretrained(name, trust_remote_code=True)


def tokenizer(name):
    return AutoTokenizer.from_pretrained(name, trust_remote_code=True)


def processor(name):
    return AutoProcessor.from_pretrained(name, trust_remote_code=True)
