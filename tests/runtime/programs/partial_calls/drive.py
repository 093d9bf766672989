import use


def run_on_gpu(yes):
    return use.on_gpu(["a", "b"], **yes.code)


def run_mapped(yes):
    return use.mapped(["c"], **yes.code)


def run_directly(yes):
    return use.directly("d", **yes.code)
