"""What ``enishi seed`` can make besides members; apps above the roll declare it in plugs.py.

@seeds("activities")
def activities(count, step): with step("mails"): …
"""

from collections.abc import Callable
from contextlib import AbstractContextManager

Step = Callable[[str], AbstractContextManager[None]]
Seeder = Callable[[int, Step], int]


class NotPossible(Exception):
    """Cannot be made; the docstring of each kind says why."""


SEEDERS: dict[str, Seeder] = {}


def seeds(name: str) -> Callable[[Seeder], Seeder]:
    """Declare a function (count, step) that makes so many and returns how many it made.

    ``step`` names a part of the work and times it.
    """

    def decorator(function: Seeder) -> Seeder:
        SEEDERS[name] = function
        return function

    return decorator
