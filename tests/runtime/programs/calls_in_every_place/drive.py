import use


def run_nested(yes):
    return use.nested("a", **yes.code)


def run_written(yes):
    return use.written("b", **yes.code)


def run_chosen(yes):
    return use.chosen("c", True, **yes.code), use.chosen("d", large=False, **yes.code)


def run_attempted(yes):
    return use.attempted("e", **yes.code)


def run_two_on_a_line(yes):
    return use.two_on_a_line("f", **yes.code)


def run_in_lambda(yes):
    return use.in_lambda(["g", "h"], **yes.code)
