"""A large roll within minutes, to try Enishi at size."""

from enishi.core.seeding import NotPossible

from .loading import NotYet, Seeded, seed

__all__ = ["NotPossible", "NotYet", "Seeded", "seed"]
