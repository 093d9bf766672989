from store import Lazy, Paired, Tagged


def answers(name, text):
    return Lazy(name, "cpu").run(text), Tagged(name, "t").run(text), Paired(name, "cuda").run(text)
