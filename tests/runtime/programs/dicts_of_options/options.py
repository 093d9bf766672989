def model_options(dtype):
    return {"torch_dtype": dtype, "trust_remote_code": True}


def more_options():
    options = dict(low_memory=True, trust_remote_code=True)
    options["device"] = "cpu"
    return options


def late_options():
    options = {}
    options["trust_remote_code"] = True
    return options
