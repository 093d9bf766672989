import numpy as np


class Reader:
    def read(self, path):
        return np.load(path, allow_pickle=True)


class AnyReader(Reader):
    def read(self, path, **options):
        return f"any {path}"


def read_with(reader: Reader, path):
    return reader.read(path)
