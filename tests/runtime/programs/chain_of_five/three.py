from four import *


def third(name: str, device: str) -> object:
    return fourth(name,
                  device)
