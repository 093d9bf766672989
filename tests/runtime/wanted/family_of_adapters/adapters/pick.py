from .base import Adapter
from .t5 import LocalAdapter, T5Adapter


def pick(path) -> Adapter:
    if path.startswith("/"):
        return LocalAdapter()
    return T5Adapter() if "t5" in path else Adapter()


def load_model(path, trust_remote_code=False):
    adapter = pick(path)
    return adapter.load(path, trust_remote_code=trust_remote_code)
