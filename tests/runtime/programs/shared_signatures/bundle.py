from parts import model, processor, tokenizer


def text(name):
    return model(name), tokenizer(name)


def image(name):
    return model(name), processor(name)
