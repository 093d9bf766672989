from app.engine import Engine


def start(name, size):
    engine = Engine(name, batch_size=size)
    return engine.model, engine.batch_size
