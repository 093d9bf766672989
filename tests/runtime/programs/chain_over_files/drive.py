from app.start import start


def run_start(yes):
    return start("org/a", 4, **yes.code)
