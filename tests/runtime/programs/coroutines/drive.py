from serve.run import start


def run_start(yes):
    return start("a", **yes.code)
