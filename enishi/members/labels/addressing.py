"""Members become addressees: where to write to, whose names, one for a household."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from babel import Locale

from enishi.members.exporting.selection import selected
from enishi.members.models import (
    FurtherAddress,
    HouseholdMember,
    Kind,
    Member,
    MemberQuerySet,
    Purpose,
)

from .drawing import Options
from .writing import FAMILY, MESSRS, MR, Addressee, office_or_person

TOGETHER = 4  # so many names stand on one label; more become "and family"
ORDERS = {
    "kana": ("sorting_name", "pk"),
    "postal": ("postal_code", "sorting_name", "pk"),
    "number": ("number",),
}


@dataclass
class Addressed:
    """The addressees, and why some members have no label: reason → how many."""

    people: list[Addressee]
    left_out: dict[str, int] = field(default_factory=dict)  # deceased, no_address, household


def chosen(filters: dict[str, Any], options: Options, by: Any = None) -> MemberQuerySet:
    """The members of a selection or of a whole filter, in the order of the labels.

    ``by`` asks: fields that are hidden from them narrow nothing.
    """
    return selected(filters, by=by).order_by(*ORDERS.get(options.order, ORDERS["kana"]))


def addressed(members: MemberQuerySet, options: Options) -> Addressed:
    """Everybody to write to, in order. Those in the grave or without an address are left out."""
    rows = list(members)
    pks = [member.pk for member in rows]
    mailing = {
        one.member_id: one
        for one in FurtherAddress.objects.filter(
            member__in=members.order_by().values("pk"), purpose=Purpose.MAILING
        ).order_by("-pk")
    }
    found = Addressed([])
    able = []
    for member in rows:
        if member.deceased_on is not None:
            _leave_out(found, "deceased")
        elif not (member.address or (member.pk in mailing and str(mailing[member.pk]))):
            _leave_out(found, "no_address")
        else:
            able.append(member)
    if options.per_household:
        groups = _households(able, pks)
        saved = len(able) - len(groups)
        if saved:
            found.left_out["household"] = saved
    else:
        groups = [[member] for member in able]
    found.people = [_addressee(group, mailing, options) for group in groups]
    return found


def _leave_out(found: Addressed, reason: str) -> None:
    found.left_out[reason] = found.left_out.get(reason, 0) + 1


def _households(members: Iterable[Member], pks: list[int]) -> list[list[Member]]:
    """Those of one main household together, the payer first, at the place of the first of them."""
    links = HouseholdMember.objects.open().filter(primary=True, member__in=pks)
    home = {link.member_id: (link.household_id, link.pays) for link in links}
    groups: dict[Any, list[Member]] = {}
    for member in members:
        household, _pays = home.get(member.pk, (None, False))
        groups.setdefault(("alone", member.pk) if household is None else household, []).append(
            member
        )
    for group in groups.values():
        group.sort(key=lambda member: not home.get(member.pk, (None, False))[1])
    return list(groups.values())


def _addressee(
    group: list[Member], mailing: dict[int, FurtherAddress], options: Options
) -> Addressee:
    first = group[0]
    other = mailing.get(first.pk)
    place: Member | FurtherAddress = other if other is not None and str(other) else first
    abroad = isinstance(place, Member) and place.country not in ("", "JP")
    found = _abroad(first) if abroad else _at_home(place)
    found.number = first.number if options.with_number else ""
    if other is not None and other.addressee and place is other:
        found.organisation, found.honorific = other.addressee, office_or_person(other.addressee)
    elif first.kind == Kind.ORGANISATION:
        found.organisation = first.organisation_name
        contact = (first.family_name, first.given_name)
        found.names = [contact] if any(contact) else []
        found.honorific = MR if found.names else MESSRS
    else:
        found.names = list(_names(group))
        if found.abroad:  # given name first, where the name is in Latin letters
            found.names = [(g, f) if f"{f}{g}".isascii() else (f, g) for f, g in found.names]
        if len(group) > TOGETHER:
            found.names, found.honorific = found.names[:1], FAMILY
    return found


def _at_home(place: Member | FurtherAddress) -> Addressee:
    address = f"{place.prefecture}{place.city}{place.address_line}"
    return Addressee(place.postal_code, address, place.building)


def _abroad(place: Member) -> Addressee:
    """As the country of destination reads it: from the house to the town, the country last."""
    country = Locale("en").territories.get(place.country, place.country).upper()
    parts = (place.prefecture, place.city, place.address_line)
    if not "".join(parts).isascii():
        below = list(filter(None, (place.postal_code, country)))
        return Addressee("", "".join(parts), place.building, abroad=below)
    town = ", ".join(filter(None, (place.city, place.prefecture)))
    below = list(filter(None, (" ".join(filter(None, (town, place.postal_code))), country)))
    return Addressee("", place.address_line, place.building, abroad=below)


def _names(group: list[Member]) -> Iterator[tuple[str, str]]:
    for member in group:
        if member.family_name or member.given_name:
            yield member.family_name, member.given_name
        else:
            yield "", member.name
