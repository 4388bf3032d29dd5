"""People of an organisation: posts, positions, seats."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from enishi.core import clock, japanese
from enishi.core.facts import announce
from enishi.members import facts
from enishi.members.models import Affiliation, Kind, Member, Post, SeatAllowance
from enishi.members.models.relations import Dated

from .refusals import (
    AlreadyRelated,
    Invalid,
    OnlyOrganisations,
    OnlyPeople,
    SeatsTaken,
    TooFewSeats,
    WithOneself,
)
from .relations import both_locked, differences, in_order, most_at_once, overlap
from .roll import By, by_id, locked

MOST_SEATS = 100_000


@transaction.atomic
def set_seats(organisation: Member, seats: int | None, *, by: By) -> None:
    """How many people the organisation may name; None: as many as it likes.

    Raises TooFewSeats when more have a seat already.
    """
    organisation = _organisation(locked(organisation))
    if seats is not None and not 0 <= seats <= MOST_SEATS:
        raise Invalid({"seats": _("Write a whole number from 0 to 100,000.")})
    row = SeatAllowance.objects.select_for_update().filter(organisation=organisation).first()
    before = row.seats if row is not None else None
    if before == seats:
        return
    if seats is None:
        SeatAllowance.objects.filter(organisation=organisation).delete()
    else:
        used = _most_seated(organisation)
        if used > seats:
            raise TooFewSeats(used=used)
        SeatAllowance.objects.update_or_create(organisation=organisation, defaults={"seats": seats})
    announce(facts.SeatsSet(about=organisation, seats=seats, before=before, by=by))


@transaction.atomic
def affiliate(
    organisation: Member,
    person: Member,
    *,
    posts: Iterable[str] = (),
    title: str = "",
    has_seat: bool = True,
    from_on: date | None = None,
    to_on: date | None = None,
    by: By,
) -> Affiliation:
    """Record that a person belongs to an organisation. Raises SeatsTaken when it is full."""
    if organisation.pk == person.pk:
        raise WithOneself
    organisation, person = both_locked(organisation, person)
    _organisation(organisation)
    if person.kind != Kind.PERSON:
        raise OnlyPeople
    link = Affiliation(
        organisation=organisation,
        person=person,
        posts=_posts(posts),
        title=japanese.fold(title)[:100],
        has_seat=has_seat,
        from_on=from_on,
        to_on=to_on,
        by_id=by_id(by),
    )
    _refuse(link)
    link.save()
    announce(
        facts.AffiliationBegan(
            about=person,
            organisation=organisation,
            posts=link.posts,
            has_seat=link.has_seat,
            by=by,
        )
    )
    return link


@transaction.atomic
def change_affiliation(link: Affiliation, *, by: By, **values: Any) -> Affiliation:
    """Change ``posts``, ``title``, ``has_seat``, ``from_on`` or ``to_on``."""
    link = locked_link(link)
    if "posts" in values:
        values["posts"] = _posts(values["posts"])
    if "title" in values:
        values["title"] = japanese.fold(values["title"])[:100]
    changes = differences(link, values)
    if not changes:
        return link
    _refuse(link)
    link.save(update_fields=list(changes))
    announce(
        facts.AffiliationChanged(
            about=link.person, organisation=link.organisation, changes=changes, by=by
        )
    )
    return link


@transaction.atomic
def end_affiliation(link: Affiliation, *, on: date | None = None, by: By) -> Affiliation:
    """The person no longer belongs to the organisation from ``on`` (or today) on."""
    link = locked_link(link)
    link.to_on = on or clock.today()
    in_order(link.from_on, link.to_on)
    link.save(update_fields=["to_on"])
    announce(
        facts.AffiliationEnded(
            about=link.person, organisation=link.organisation, on=link.to_on, by=by
        )
    )
    return link


@transaction.atomic
def remove_affiliation(link: Affiliation, *, by: By) -> None:
    """Take out what was recorded by mistake."""
    link = locked_link(link)
    announce(
        facts.RelationRemoved(about=link.person, kind="affiliation", other=link.organisation, by=by)
    )
    link.delete()


def seats_of(organisation: Member) -> tuple[int, int | None]:
    """How many seats are taken today, and how many there are (None: without limit)."""
    today = clock.today()
    used = _seated(organisation)
    row = SeatAllowance.objects.filter(organisation=organisation).first()
    taken = [link for link in used if link.from_on is None or link.from_on <= today]
    return len(taken), row.seats if row is not None else None


def _refuse(link: Affiliation) -> None:
    """What cannot be kept. The organisation is locked, so nobody else takes the last seat."""
    in_order(link.from_on, link.to_on)
    others = Affiliation.objects.filter(organisation=link.organisation).exclude(pk=link.pk)
    for other in others.filter(person=link.person):
        if overlap(link.from_on, link.to_on, other.from_on, other.to_on):
            raise AlreadyRelated
    if not link.has_seat or link.is_over:
        return
    allowed = (
        SeatAllowance.objects.select_for_update().filter(organisation=link.organisation).first()
    )
    if allowed is None:
        return
    if _most_seated(link.organisation, instead_of=link) > allowed.seats:
        raise SeatsTaken(seats=allowed.seats)


def _seated(organisation: Member) -> Dated[Affiliation]:
    """Those who hold a seat now or later. Whoever is in the bin, or was merged, leaves it free."""
    seated = Affiliation.objects.open().with_present("person")
    return seated.filter(organisation=organisation, has_seat=True)


def _most_seated(organisation: Member, *, instead_of: Affiliation | None = None) -> int:
    """How many seats are taken on the busiest day from today on."""
    spans = [(one.from_on, one.to_on) for one in _seated(organisation) if one != instead_of]
    if instead_of is not None:
        spans.append((instead_of.from_on, instead_of.to_on))
    today = clock.today()
    return most_at_once((max(begin or today, today), end) for begin, end in spans)


def _organisation(member: Member) -> Member:
    if member.kind != Kind.ORGANISATION:
        raise OnlyOrganisations
    return member


def _posts(posts: Iterable[str]) -> list[str]:
    wanted = set(posts)
    if wanted - set(Post.values):
        raise Invalid({"posts": _("Choose from the list.")})
    return [post for post in Post.values if post in wanted]


def locked_link(link: Affiliation) -> Affiliation:
    """The row as it is now, locked with both members."""
    both_locked(link.organisation, link.person)
    return (
        Affiliation.objects.select_for_update(of=("self",))
        .select_related("organisation", "person")
        .get(pk=link.pk)
    )
