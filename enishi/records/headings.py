"""The headings in files of records that are no fields: the numbers of record and member."""

from functools import cache

from django.utils.translation import gettext as _
from django.utils.translation import override

from enishi.members.fields.headings import folded

from .models import Database


@cache
def headings_of_numbers() -> frozenset[str]:
    """The heading of the record's number, in any language."""
    return frozenset(folded(word) for word in _in_any_language("record"))


def reserved_headings(database: Database) -> frozenset[str]:
    """What no field of the database can be called in a file."""
    if not database.takes_members:
        return headings_of_numbers()
    return headings_of_numbers() | {folded(word) for word in _in_any_language("member")}


@cache
def _in_any_language(whose: str) -> tuple[str, ...]:
    found = []
    for language in ("ja", "en"):
        with override(language):
            found.append(_("Record number") if whose == "record" else _("Member number"))
    return tuple(found)
