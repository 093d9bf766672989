from app.engine import Engine


def start(name, size, trust_remote_code=False):
    engine = Engine(name, batch_size=size, trust_remote_code=trust_remote_code)
    return engine.model, engine.batch_size
