from .base import Lazy
from .more import Paired, Tagged
