"""A large roll within minutes, to try Enishi at size."""

from .loading import NotYet, Seeded, seed

__all__ = ["NotYet", "Seeded", "seed"]
