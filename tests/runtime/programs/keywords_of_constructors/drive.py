from model import Tagged
from use import body_of


def run_body(yes):
    return body_of("a", **yes.code)


def run_tagged(yes):
    return Tagged("t", name="b", revision="v2", **yes.code).body
