from engine import ENGINE, open_here


def open_both(name):
    return open_here(name), ENGINE.open(name + "-b")
