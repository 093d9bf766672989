from bundle import image, text


def everything(name):
    return text(name), image(name)
