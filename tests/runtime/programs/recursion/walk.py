from transformers import AutoConfig

import leaves


def walk(tree, depth=0):
    if isinstance(tree, str):
        return AutoConfig.from_pretrained(tree, depth=depth, trust_remote_code=True)
    return [walk(part, depth + 1) for part in tree]


def pairs(tree, depth=0):
    if isinstance(tree, str):
        return leaves.leaf(tree, depth)
    return [pairs(part, depth=depth + 1) for part in tree]
