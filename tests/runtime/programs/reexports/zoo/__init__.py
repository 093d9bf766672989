from .models import open_model as open_any, read_config

__all__ = ["open_any", "read_config"]
