import inspect

import api


def cut_handler(yes):
    handler = api.app.handlers["/load"]
    return handler("a"), str(inspect.signature(handler))


def run_factory(yes):
    handler = api.create_app("org", **yes.code).handlers["/tokenize"]
    return handler("b"), str(inspect.signature(handler))
