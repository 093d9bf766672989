from make import answers
from store import Paired


def run_answers(yes):
    return answers("a", "hi", **yes.code)


def run_paired(yes):
    return Paired("b", "cpu", **yes.code).run("hi")
