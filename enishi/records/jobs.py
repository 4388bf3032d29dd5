"""Background work on databases."""

from .importing import jobs as importing

__all__ = ["importing"]
