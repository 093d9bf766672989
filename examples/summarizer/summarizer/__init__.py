"""Summarizes documents with a checkpoint that was trained here."""

from .checkpoints import restore, resume
from .settings import read_settings

__all__ = ["read_settings", "restore", "resume"]
