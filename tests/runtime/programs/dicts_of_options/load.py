from options import late_options, model_options, more_options
from transformers import AutoModel


def load(name):
    return [
        AutoModel.from_pretrained(name, **model_options("float16")),
        AutoModel.from_pretrained(name, **more_options()),
        AutoModel.from_pretrained(name, **late_options()),
    ]
