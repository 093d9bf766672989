from build import build
from cli import main


def run_main(yes):
    return main(["--model", "a", *yes.flags("--trust-remote-code")])


def run_build(yes):
    return build("b", "cuda", **yes.code)
