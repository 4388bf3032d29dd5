"""Background work on databases."""

from . import words_jobs as words
from .exporting import jobs as exporting
from .importing import jobs as importing

__all__ = ["exporting", "importing", "words"]
