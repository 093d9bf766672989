from use import model_and_config


def run_both(yes):
    return model_and_config("org/a", **yes.code)
