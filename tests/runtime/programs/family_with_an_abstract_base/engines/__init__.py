from .base import Engine
from .real import Cached, Hub
