from transformers import AutoTokenizer


def leaf(name, depth):
    import walk

    if "+" in name:
        return walk.pairs(name.split("+"), depth)
    return AutoTokenizer.from_pretrained(name, depth=depth, trust_remote_code=True)
