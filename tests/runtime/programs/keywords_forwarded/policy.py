from transformers import AutoModelForCausalLM


def load_policy(name, dtype="auto", device_map=None):
    return AutoModelForCausalLM.from_pretrained(
        name, torch_dtype=dtype, device_map=device_map, trust_remote_code=True
    )


def load_override(name, **overrides):
    return load_policy(name, **overrides)


def load_row(row):
    return load_policy(*row)


def load_single(name):
    return load_policy(name, "bfloat16", {"": 0})
