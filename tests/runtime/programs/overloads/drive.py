from use import pair


def run_pair(yes):
    return pair("a", **yes.code)
