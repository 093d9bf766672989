"""A stand-in for the library of that name: it keeps the handlers by their path."""


class FastAPI:
    def __init__(self):
        self.handlers = {}

    def post(self, path):
        return lambda handler: self.handlers.setdefault(path, handler)

    get = post


class APIRouter(FastAPI):
    pass


def Depends(function):
    return function
