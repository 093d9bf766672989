import policy


def run_override(yes):
    return policy.load_override("a", dtype="float16", **yes.code)


def run_row(yes):
    return policy.load_row(["b", "float32"], **yes.code)


def run_single(yes):
    return policy.load_single("c", **yes.code)
