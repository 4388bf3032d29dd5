"""The orders in which the list can stand."""

from collections.abc import Container
from typing import Any

from django.db.models import BigIntegerField, DecimalField, IntegerField, TextField
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext_lazy, pgettext_lazy

from enishi.members.fields import Definition, type_of

# Key in ``?sort=`` → label. A "-" before the key turns the order round.
SORTS = {
    "number": gettext_lazy("Member number"),
    "kana": gettext_lazy("Kana"),
    "joined_on": gettext_lazy("Joined"),
    "left_on": gettext_lazy("Left"),
    "birth_date": gettext_lazy("Birth date"),
    "updated_at": pgettext_lazy("sort", "Updated"),
    "member_type": gettext_lazy("Member type"),
}
_SORTED_BY = {"kana": "family_name_kana", "updated_at": "number"}
DATED = ("joined_on", "left_on", "birth_date")
COLUMNS = {"number": "number", "kana": "sorting_name", "updated_at": "updated_at"}
ALIASES = {"type": "member_type", "sorting_name": "kana", "family_name_kana": "kana"}
USUAL = "number"


def sorts_for(definitions: Container[str]) -> dict[str, Any]:
    """The sortings that use no other fields than ``definitions``."""
    return {key: said for key, said in SORTS.items() if _SORTED_BY.get(key, key) in definitions}


def own_order(definition: Definition) -> RawSQL:
    """What a list is sorted by; never NULL, and as the index on it was made (``ensure_index``)."""
    assert definition.own is not None
    kind = type_of(definition.own)
    numbers: dict[str, Any] = {
        "integer": BigIntegerField(),
        "money": BigIntegerField(),
        "decimal": DecimalField(max_digits=40, decimal_places=10),
        **dict.fromkeys(("boolean", "choice", "file", "image", "member", "record"), IntegerField()),
    }
    made = numbers.get(definition.own.stored_type, TextField())
    if definition.own.stored_type == "choice" and not definition.own.choices:
        made = TextField()
    statement = kind.sql_sort(definition.own, "members_member.data").replace("%", "%%")
    return RawSQL(statement, [], made)  # noqa: S611 - made of the definition alone
