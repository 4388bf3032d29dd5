"""The ground of the roll's benches: a database of their own with a seeded roll in it."""

from enishi.core.ground import NAME, USUAL, elsewhere, empty, members_wanted, say
from enishi.core.ground import filled as seeded
from enishi.members import seed as _seed  # noqa: F401 - registers how members are made

__all__ = ["NAME", "USUAL", "elsewhere", "empty", "members_wanted", "say", "seeded"]
