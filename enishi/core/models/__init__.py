"""Tables that every app may point to."""

from .jobs import Job, PeriodicWork
from .organisation import Organisation

__all__ = ["Job", "Organisation", "PeriodicWork"]
