"""What all relations share: their days, their locks, the difference that a change makes."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from enishi.core import clock
from enishi.members.models import Affiliation, Guardianship, HouseholdMember, Member

from .refusals import Invalid, plain
from .roll import locked

Link = HouseholdMember | Affiliation | Guardianship


def both_locked(one: Member, other: Member) -> tuple[Member, Member]:
    """Both as they are now, always locked in the same order. Raises InTheBin."""
    found = {m.pk: locked(m) for m in sorted({one, other}, key=lambda member: member.pk)}
    return found[one.pk], found[other.pk]


def in_order(from_on: date | None, to_on: date | None) -> None:
    """Raises Invalid for a relation that would end before it begins, or far from our days."""
    for name, day in (("from_on", from_on), ("to_on", to_on)):
        if day is not None and not 1850 <= day.year <= clock.today().year + 100:
            raise Invalid({name: _("This day cannot be right. Check the year.")})
    if from_on is not None and to_on is not None and to_on < from_on:
        raise Invalid({"to_on": _("This must not lie before the day on which it begins.")})


def overlap(a_from: date | None, a_to: date | None, b_from: date | None, b_to: date | None) -> bool:
    """Whether two spans (None: without bound) share a day."""
    starts = (a_from or date.min, b_from or date.min)
    ends = (a_to or date.max, b_to or date.max)
    return max(starts) < min(ends)


def most_at_once(spans: Iterable[tuple[date | None, date | None]]) -> int:
    """How many of the spans share a day, on the busiest day."""
    turns: list[tuple[date, int]] = []
    for begin, end in spans:
        if begin is not None and end is not None and end <= begin:
            continue
        turns += [(begin or date.min, 1), (end or date.max, -1)]
    most = now = 0
    for _day, step in sorted(turns):  # at the same day an end comes before a beginning
        now += step
        most = max(most, now)
    return most


def differences(row: Any, values: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Field → (old, new), of those of ``values`` that change ``row``; they are set on it."""
    changes: dict[str, tuple[Any, Any]] = {}
    for name, value in values.items():
        old = getattr(row, name)
        if old != value:
            changes[name] = (plain(old), plain(value))
            setattr(row, name, value)
    return changes


__all__ = ["Link", "both_locked", "differences", "in_order", "most_at_once", "overlap"]
