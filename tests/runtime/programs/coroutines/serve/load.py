from transformers import AutoModel


async def load(name):
    return AutoModel.from_pretrained(name, trust_remote_code=True)


async def stream(names):
    for name in names:
        yield await load(name)
