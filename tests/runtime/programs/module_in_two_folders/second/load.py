def load(name):
    return f"second {name}"
