from five import fifth as last

__all__ = ["fourth"]


def fourth(name, device):
    models = [last(part, device=device) for part in name.split("+")]
    return models
