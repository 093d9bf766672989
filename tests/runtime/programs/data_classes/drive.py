import use


def run_configs(yes):
    return use.configs(["a", "b"], **yes.code)


def run_tagged(yes):
    return use.tagged("c", "v1", **yes.code)
