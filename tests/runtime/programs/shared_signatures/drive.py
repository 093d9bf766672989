import use
from bundle import text


def run_everything(yes):
    return use.everything("a", **yes.code)


def run_text(yes):
    return text("b", **yes.code)
