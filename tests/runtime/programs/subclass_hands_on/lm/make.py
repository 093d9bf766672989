from .chat import Chat, Old, Silent


def make_all(name):
    return [model.model for model in (Chat(name, "be kind"), Silent(name, system=""), Old(name))]
