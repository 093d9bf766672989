from concurrent.futures import ThreadPoolExecutor

from transformers import AutoModel, AutoTokenizer


def load_all(names):
    def load(name):
        return AutoTokenizer.from_pretrained(name, trust_remote_code=True)

    make = lambda name: AutoModel.from_pretrained(name, trust_remote_code=True)
    with ThreadPoolExecutor(1) as pool:
        return list(pool.map(load, names)), [make(name) for name in names]


def load_deep(names):
    class Opener:
        def open(self, name):
            def inner():
                return AutoModel.from_pretrained(name, deep=True, trust_remote_code=True)

            return inner()

    return {name: Opener().open(name) for name in names}
