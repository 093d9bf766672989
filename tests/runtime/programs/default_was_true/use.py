from kinds import model_type


def is_llama(path):
    return model_type(path, revision="main")


def describe(path):
    return is_llama(path), model_type(path)
