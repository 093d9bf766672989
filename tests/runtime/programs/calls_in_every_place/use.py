from load import load


def nested(name):
    return max(load(name), load(name, "cuda"), key=str)


def written(name):
    return f"{load(name)} and {load(name, device='cuda')}"


def chosen(name, large):
    first = load(name + "-large") if large else load(name)
    if (second := load(name)) and not load(name, "x"):
        return None
    return first, second


def attempted(name):
    try:
        return load(None)[0], load(
            name
        )
    except TypeError:
        return load(name)
    finally:
        load("last")


def two_on_a_line(name): first = load(name); return first, load(name, device="b")


def in_lambda(names):
    return [*map(lambda name: load(name), names)], {name: load(name) for name in names}
