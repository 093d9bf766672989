"""A stand-in for the library of that name."""

from . import hub, utils

__all__ = ["hub", "utils"]
