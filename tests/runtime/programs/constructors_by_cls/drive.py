import use


def run_bodies(yes):
    return use.bodies(**yes.code)


def run_copied(yes):
    return use.copied("c", **yes.code)
