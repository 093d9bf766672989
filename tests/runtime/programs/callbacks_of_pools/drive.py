import count


def cut_pool(yes):
    return count.count_all(["a", "b"])


def cut_thread(yes):
    return count.warm("c")


def cut_executor(yes):
    return count.later(["d"])


def cut_built_in(yes):
    return count.filtered(["e", "f"])


def run_directly(yes):
    return count.count("g", **yes.code), count.open_model("h", **yes.code)
