import inspect

import api
from core import load_two


def cut_handler(yes):
    handler = api.app.handlers["/two"]
    return handler("a"), str(inspect.signature(handler))


def run_function(yes):
    return load_two("b", **yes.code)
