import use


def run_everything(yes):
    return use.everything("a", **yes.code)


def kept_shadowed(yes):
    return use.shadowed(str, "b")
