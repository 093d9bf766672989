from transformers import AutoModel, AutoTokenizer


def tokenizer(name, **options):
    return AutoTokenizer.from_pretrained(name, trust_remote_code=True, **options)


def model_and_tokenizer(name, *extra, **options):
    model = AutoModel.from_pretrained(name, *extra, trust_remote_code=True)
    return model, tokenizer(name, **options)
