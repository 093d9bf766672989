import three as t


def second(name, device):
    return t.third(name, device), t.third(name + "-large", device)
