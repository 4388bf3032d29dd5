"""Guardians (保護者) of members who are not of age yet."""

from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from enishi.core import clock
from enishi.core.facts import announce
from enishi.members import facts
from enishi.members.models import OF_AGE, Guardianship, Kind, Member, Tie

from .refusals import AlreadyRelated, Invalid, NotAMinor, OnlyPeople, WithOneself
from .relations import both_locked, differences, in_order, overlap
from .roll import By, by_id


def comes_of_age(member: Member) -> date | None:
    """The day on which the member becomes 18; None when the birth date is not known.

    Who was born on 29 February becomes a year older when 28 February ends (年齢計算ニ関スル法律),
    which calendars show as 1 March.
    """
    born = member.birth_date
    if born is None:
        return None
    try:
        return born.replace(year=born.year + OF_AGE)
    except ValueError:
        return date(born.year + OF_AGE, 3, 1)


def is_minor(member: Member) -> bool:
    """Whether the member is known to be under 18 today."""
    day = comes_of_age(member)
    return day is not None and clock.today() < day


@transaction.atomic
def name_guardian(
    ward: Member,
    guardian: Member,
    *,
    tie: str = Tie.GUARDIAN,
    from_on: date | None = None,
    to_on: date | None = None,
    even_if_adult: bool = False,
    by: By,
) -> Guardianship:
    """Record who answers for a minor. Raises NotAMinor unless that is wanted all the same."""
    if ward.pk == guardian.pk:
        raise WithOneself
    ward, guardian = both_locked(ward, guardian)
    if Kind.ORGANISATION in (ward.kind, guardian.kind):
        raise OnlyPeople
    if not even_if_adult and not is_minor(ward):
        raise NotAMinor
    link = Guardianship(
        ward=ward,
        guardian=guardian,
        tie=_tie(tie),
        from_on=from_on,
        to_on=to_on,
        by_id=by_id(by),
    )
    _refuse(link)
    link.save()
    announce(facts.GuardianNamed(about=ward, guardian=guardian, tie=link.tie, by=by))
    return link


@transaction.atomic
def change_guardianship(link: Guardianship, *, by: By, **values: Any) -> Guardianship:
    """Change ``tie``, ``from_on`` or ``to_on``."""
    link = locked_link(link)
    values = {k: v for k, v in values.items() if v is not None or k in ("from_on", "to_on")}
    if "tie" in values:
        values["tie"] = _tie(values["tie"])
    changes = differences(link, values)
    if not changes:
        return link
    _refuse(link)
    link.save(update_fields=list(changes))
    announce(
        facts.GuardianshipChanged(about=link.ward, guardian=link.guardian, changes=changes, by=by)
    )
    return link


@transaction.atomic
def end_guardianship(link: Guardianship, *, on: date | None = None, by: By) -> Guardianship:
    """The guardian no longer answers for the ward from ``on`` (or today) on."""
    link = locked_link(link)
    link.to_on = on or clock.today()
    in_order(link.from_on, link.to_on)
    link.save(update_fields=["to_on"])
    announce(facts.GuardianshipEnded(about=link.ward, guardian=link.guardian, on=link.to_on, by=by))
    return link


@transaction.atomic
def remove_guardianship(link: Guardianship, *, by: By) -> None:
    """Take out what was recorded by mistake."""
    link = locked_link(link)
    announce(
        facts.RelationRemoved(about=link.ward, kind="guardianship", other=link.guardian, by=by)
    )
    link.delete()


def _refuse(link: Guardianship) -> None:
    in_order(link.from_on, link.to_on)
    others = Guardianship.objects.filter(ward=link.ward, guardian=link.guardian)
    for other in others.exclude(pk=link.pk):
        if overlap(link.from_on, link.to_on, other.from_on, other.to_on):
            raise AlreadyRelated


def _tie(text: str) -> str:
    if text not in Tie.values:
        raise Invalid({"tie": _("Choose one of the list.")})
    return text


def locked_link(link: Guardianship) -> Guardianship:
    """The row as it is now, locked with both members."""
    both_locked(link.ward, link.guardian)
    return (
        Guardianship.objects.select_for_update(of=("self",))
        .select_related("ward", "guardian")
        .get(pk=link.pk)
    )
