from model import Model


def body_of(name):
    return Model(name, revision="v1").body
