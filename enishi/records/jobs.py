"""Background work on databases."""

from .exporting import jobs as exporting
from .importing import jobs as importing

__all__ = ["exporting", "importing"]
