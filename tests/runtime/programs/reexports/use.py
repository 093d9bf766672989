import zoo
from zoo import open_any


def model_and_config(name):
    return open_any(name, "main"), zoo.read_config(name)
