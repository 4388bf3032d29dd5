"""Where the values of a table of fields lie: members at home, custom databases by registration.

@lives_in
def records(table: str) -> Home | None: ...   # in the plugs of the app that has the rows
"""

from collections.abc import Callable
from dataclasses import dataclass

from enishi.members.models import NAMES_STAY


@dataclass(frozen=True)
class Home:
    """A table of the database with the columns ``id`` and ``data``.

    ``rows`` is SQL (alias ``m``) for the rows that have these fields, ``counts`` for those of them
    that count where no two may be alike. ``set_too`` ends the SET of an UPDATE of many.
    """

    table: str
    rows: str = "true"
    counts: str = "true"
    set_too: str = ""


MEMBERS = Home("members_member", counts="m.deleted_at IS NULL", set_too=f", {NAMES_STAY}")
Find = Callable[[str], Home | None]
_finders: list[Find] = []


def lives_in(find: Find) -> Find:
    """Register where the values of other tables lie; None for a table that is not known."""
    _finders.append(find)
    return find


def home_of(table: str) -> Home | None:
    """Where the values of members (''), or of a custom database, lie."""
    if not table:
        return MEMBERS
    return next((home for find in _finders if (home := find(table)) is not None), None)
