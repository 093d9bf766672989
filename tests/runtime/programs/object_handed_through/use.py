from middle import rows
from reader import Reader


def start(folder: str):
    reader = Reader(folder)
    return rows(reader, ["a", "b"])
