from adapters.pick import load_model


def run_base(yes):
    return load_model("org/bert", **yes.code)


def run_override(yes):
    return load_model("org/t5", **yes.code), load_model("/here", **yes.code)
