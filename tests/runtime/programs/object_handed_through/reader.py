import numpy as np


class Reader:
    def __init__(self, folder: str):
        self.folder = folder

    def table(self, name: str):
        return np.load(f"{self.folder}/{name}", allow_pickle=True)
