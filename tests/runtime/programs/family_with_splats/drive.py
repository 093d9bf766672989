from readers import AnyReader, Reader, read_with


def run_read(yes):
    return read_with(Reader(), "a", **yes.data), read_with(AnyReader(), "b", **yes.data)
