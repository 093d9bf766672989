import use


def run_all(yes):
    return use.all_of_them("a", **yes.code)


def run_few(yes):
    return use.few("b", "cuda:2", **yes.code)
