from model import Head, Model


def bodies():
    first = Model.small()
    return [first.body, Model.from_row(["a", "v3"]).body, Head.tiny().body, Head.small().body]


def copied(name):
    model = Model(name)
    return model.copy("b").body
