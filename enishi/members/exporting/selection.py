"""Which members an export takes: the filters of a list, kept as plain values in the export."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from enishi.members.models import Member, MemberQuerySet


def selected(filters: Mapping[str, Any], as_of: date | None = None) -> MemberQuerySet:
    """The members that ``filters`` choose: ``ids``, ``search``, ``status``, ``member_type``.

    With ``as_of``, those who were on the roll on that day.
    """
    members = Member.objects.present()
    if as_of is not None:
        members = members.on_roll_at(as_of)
    if ids := filters.get("ids"):
        members = members.filter(pk__in=ids)
    if words := filters.get("search"):
        members = members.search(words)
    if status := filters.get("status"):
        members = members.filter(status__in=_several(status))
    if types := filters.get("member_type"):
        members = members.filter(type__name__in=_several(types))
    return members


def _several(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [value]
