from .model import Ranker
