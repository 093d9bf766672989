from reader import Reader


def rows(reader: Reader, names: list):
    return [row(reader, name) for name in names]


def row(reader: Reader, name: str):
    return reader.table(name)
