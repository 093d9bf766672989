from .auto import open_model
from .config import *
