from use import all_of


def run_all(yes):
    return all_of(["a", "b"], **yes.code)
