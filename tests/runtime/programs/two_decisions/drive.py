import use


def run_everything(yes):
    return use.everything("a", **yes.code, **yes.data)


def run_only_data(yes):
    return use.only_data("b", **yes.data)
