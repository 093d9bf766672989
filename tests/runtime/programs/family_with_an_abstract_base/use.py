from engines import Cached, Engine, Hub
from engines.real import Delegate


def twice(engine: Engine, name: str):
    return engine.open_twice(name)


def through(name: str):
    return Delegate(Cached()).open(name)
