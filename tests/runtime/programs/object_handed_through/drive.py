from use import start


def run_start(yes):
    return start("f", **yes.data)
