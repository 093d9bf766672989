import load


def everything(name):
    return load.both(name, f"{name}.npy")


def only_data(name):
    return load.table(name)
