"""Households (世帯): who lives together, and who pays for all."""

from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from enishi.core import clock, japanese
from enishi.core.facts import announce
from enishi.members import facts
from enishi.members.models import (
    Household,
    HouseholdMember,
    Kind,
    Kinship,
    Member,
    NumberCounter,
)

from .refusals import AlreadyRelated, HasHousehold, Invalid, OnlyPeople
from .relations import differences, in_order, overlap
from .roll import By, by_id, locked

_COUNTER = "household"


@transaction.atomic
def make_household(
    head: Member,
    *,
    name: str = "",
    number: str = "",
    from_on: date | None = None,
    move: bool = False,
    by: By,
) -> Household:
    """A new household with ``head``, who pays; named after the head unless a name is given.

    With ``move`` the head leaves the present main household.
    """
    head = locked(head)
    household = Household.objects.create(
        number=_number(number) if number else _next_number(),
        name=_name(name) or _("%(family)s family") % {"family": head.family_name or head.name},
    )
    announce(facts.HouseholdMade(about=household, name=household.name, by=by))
    add_to_household(
        household, head, kinship=Kinship.HEAD, pays=True, from_on=from_on, move=move, by=by
    )
    return household


@transaction.atomic
def change_household(household: Household, *, by: By, **values: str) -> Household:
    """Change ``name``, ``number`` or ``note``."""
    household = Household.objects.select_for_update().get(pk=household.pk)
    found: dict[str, Any] = {}
    for key, text in values.items():
        if key == "number":
            found[key] = text if text == household.number else _number(text)
        elif key == "name":
            found[key] = _name(text)
            if not found[key]:
                raise Invalid({"name": _("Write the name.")})
        else:
            found[key] = japanese.fold(text)[:500]
    if changes := differences(household, found):
        household.save(update_fields=list(changes))
        announce(facts.HouseholdChanged(about=household, changes=changes, by=by))
    return household


@transaction.atomic
def delete_household(household: Household, *, by: By) -> None:
    """Delete a household for good. Its people stay on the roll."""
    household = Household.objects.select_for_update().get(pk=household.pk)
    members = list(household.links.values_list("member_id", flat=True))
    announce(facts.HouseholdDissolved(about=household, members=members, by=by))
    household.delete()


@transaction.atomic
def add_to_household(
    household: Household,
    member: Member,
    *,
    kinship: str = Kinship.OTHER,
    pays: bool = False,
    primary: bool = True,
    from_on: date | None = None,
    to_on: date | None = None,
    move: bool = False,
    by: By,
) -> HouseholdMember:
    """Put a member into a household. Who pays now pays instead of whoever paid so far.

    Raises HasHousehold when it would be a second main household; with ``move`` the first one ends
    on ``from_on`` (or today).
    """
    household = Household.objects.select_for_update().get(pk=household.pk)
    member = locked(member)
    if member.kind != Kind.PERSON:
        raise OnlyPeople
    link = HouseholdMember(
        household=household,
        member=member,
        kinship=_kinship(kinship),
        pays=pays,
        primary=primary,
        from_on=from_on,
        to_on=to_on,
        by_id=by_id(by),
    )
    in_order(from_on, to_on)
    if any(_meet(link, other) for other in household.links.filter(member=member)):
        raise AlreadyRelated
    _leave_the_other(link, move=move, by=by)
    _pay_alone(link)
    link.save()
    announce(
        facts.HouseholdJoined(
            about=member, household=household, kinship=link.kinship, pays=pays, by=by
        )
    )
    return link


@transaction.atomic
def change_household_link(
    link: HouseholdMember, *, by: By, move: bool = False, **values: Any
) -> HouseholdMember:
    """Change ``kinship``, ``pays``, ``primary``, ``from_on`` or ``to_on`` of somebody."""
    link = locked_link(link)
    values = {k: v for k, v in values.items() if v is not None or k in ("from_on", "to_on")}
    if "kinship" in values:
        values["kinship"] = _kinship(values["kinship"])
    changes = differences(link, values)
    if not changes:
        return link
    in_order(link.from_on, link.to_on)
    others = link.household.links.filter(member=link.member).exclude(pk=link.pk)
    if any(_meet(link, other) for other in others):
        raise AlreadyRelated
    _leave_the_other(link, move=move, by=by)
    _pay_alone(link)
    link.save(update_fields=list(changes))
    announce(
        facts.HouseholdPlaceChanged(
            about=link.member, household=link.household, changes=changes, by=by
        )
    )
    return link


@transaction.atomic
def leave_household(link: HouseholdMember, *, on: date | None = None, by: By) -> HouseholdMember:
    """The member is no longer in the household from ``on`` (or today) on."""
    link = locked_link(link)
    link.to_on = on or clock.today()
    in_order(link.from_on, link.to_on)
    link.save(update_fields=["to_on"])
    announce(facts.HouseholdLeft(about=link.member, household=link.household, on=link.to_on, by=by))
    return link


@transaction.atomic
def remove_from_household(link: HouseholdMember, *, by: By) -> None:
    """Take out what was recorded by mistake, as if it had never been."""
    link = locked_link(link)
    announce(
        facts.RelationRemoved(about=link.member, kind="household", other=link.household, by=by)
    )
    link.delete()


def locked_link(link: HouseholdMember) -> HouseholdMember:
    """The row as it is now, locked with its household and member."""
    Household.objects.select_for_update().get(pk=link.household_id)
    locked(link.member)
    return (
        HouseholdMember.objects.select_for_update(of=("self",))
        .select_related("member", "household")
        .get(pk=link.pk)
    )


def _meet(one: HouseholdMember, other: HouseholdMember) -> bool:
    return overlap(one.from_on, one.to_on, other.from_on, other.to_on)


def _leave_the_other(link: HouseholdMember, *, move: bool, by: By) -> None:
    """One main household at a time."""
    if not link.primary:
        return
    others = HouseholdMember.objects.filter(member=link.member, primary=True)
    others = others.exclude(pk=link.pk).select_related("household", "member")
    for other in others:
        if not _meet(link, other):
            continue
        if not move or other.to_on is not None:
            raise HasHousehold(name=link.member.name, household=other.household.name)
        leave_household(other, on=link.from_on or clock.today(), by=by)
        if link.from_on is None:
            link.from_on = other.to_on or clock.today()


def _pay_alone(link: HouseholdMember) -> None:
    """One pays at a time; whoever paid so far does no longer."""
    if not link.pays:
        return
    ended = Q(to_on__lte=link.from_on or clock.today())
    others = HouseholdMember.objects.filter(household=link.household, pays=True)
    others.exclude(pk=link.pk).exclude(ended).update(pays=False)


def _kinship(text: str) -> str:
    if text not in Kinship.values:
        raise Invalid({"kinship": _("Choose one of the list.")})
    return text


def _name(text: str) -> str:
    return japanese.fold(text)[:200].replace("\x00", "")


def _number(text: str) -> str:
    number = japanese.fold(text).replace("\x00", "")
    if not number or len(number) > 40:
        raise Invalid({"number": _("Write a number of at most 40 characters.")})
    if Household.objects.filter(number=number).exists():
        raise Invalid({"number": _("Another household has this number. Choose another one.")})
    return number


def _next_number() -> str:
    """H00001, H00002 …; numbers that were typed or imported are skipped."""
    NumberCounter.objects.bulk_create([NumberCounter(prefix=_COUNTER)], ignore_conflicts=True)
    counter = NumberCounter.objects.select_for_update().get(prefix=_COUNTER)
    while True:
        counter.last += 1
        number = f"H{counter.last:05}"
        if not Household.objects.filter(number=number).exists():
            counter.save(update_fields=["last"])
            return number
