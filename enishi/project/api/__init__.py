"""The root of the API: every app's router, problem+json for errors, the page that explains it."""

from .root import api

__all__ = ["api"]
