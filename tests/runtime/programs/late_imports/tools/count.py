try:
    from tools.loading import tokenizer as fast
except ImportError:
    fast = None


def count(name, text):
    return len(fast(name)(text))


def count_later(name, text):
    from tools.loading import tokenizer

    return len(tokenizer(name)(text))


def count_by_module(name, text):
    import tools.loading

    return len(tools.loading.tokenizer(name)(text))
