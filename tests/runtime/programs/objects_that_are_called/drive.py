import use


def run_all(yes):
    return use.open_all("f", ["a", "b"], **yes.code)


def run_one(yes):
    return use.open_one("f", "c", **yes.code)
