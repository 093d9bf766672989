import build


def run_build(yes):
    return build.build(["a", "b"], **yes.code)


def run_build_with(yes):
    return build.build_with("org/c", ["d"], **yes.code)
