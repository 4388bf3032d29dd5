"""Households, affiliations with seats, guardians: for programs."""

from datetime import date
from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Field as Described
from ninja import Router, Schema, Status

from enishi.core.pages import page
from enishi.members import actions
from enishi.members.models import Affiliation, Guardianship, Household, HouseholdMember

from .members import READ, WRITE, by_of
from .shapes import found
from .status import day

router = Router(tags=["relations"])
Key = str | int


class PlaceAnswer(Schema):
    """Somebody's place in a household. ``to_on``: the first day outside it."""

    id: int
    household: int
    member: int
    kinship: str
    pays: bool
    primary: bool
    from_on: date | None
    to_on: date | None


class HouseholdAnswer(Schema):
    """A household (世帯) with everybody who is or was in it."""

    id: int
    number: str
    name: str
    note: str
    members: list[PlaceAnswer]


class HouseholdPage(Schema):
    """One page of households."""

    items: list[HouseholdAnswer]
    next: str | None


class PlaceValues(Schema):
    """``kinship``: head, spouse, child, parent, other."""

    member: Key | None = Described(None, description="id or member number")
    kinship: str | None = None
    pays: bool | None = Described(None, description="whoever paid so far does no longer")
    primary: bool | None = Described(None, description="where the member lives")
    from_on: str | None = None
    to_on: str | None = None
    move: bool = Described(
        default=False, description="leave the present main household on that day"
    )


class HouseholdValues(Schema):
    """``head`` is named when the household is made, and pays for it."""

    head: Key | None = None
    name: str | None = None
    number: str | None = Described(None, description="without it the next one is given")
    note: str | None = None
    from_on: str | None = None
    move: bool = False


def _place(link: HouseholdMember) -> dict[str, Any]:
    names = ("id", "kinship", "pays", "primary", "from_on", "to_on")
    ids = {"household": link.household_id, "member": link.member_id}
    return {name: getattr(link, name) for name in names} | ids


def _household(row: Household) -> dict[str, Any]:
    places = [_place(link) for link in row.links.all() if link.member.merged_into_id is None]
    return {name: getattr(row, name) for name in ("id", "number", "name", "note")} | {
        "members": places
    }


def _days(values: dict[str, Any]) -> dict[str, Any]:
    for name in ("from_on", "to_on"):
        if name in values:
            values[name] = day(name, values[name])
    return values


def _said(values: Schema, *without: str) -> dict[str, Any]:
    return _days(values.dict(exclude_unset=True, exclude={*without}))


def _filled(values: Schema, *without: str) -> dict[str, Any]:
    return {name: value for name, value in _said(values, *without).items() if value is not None}


@router.get("/households", response=HouseholdPage, auth=READ, summary="Households")
def households(
    request: HttpRequest,
    limit: int = 50,
    cursor: str = "",
) -> dict[str, Any]:
    """By number."""
    rows = Household.objects.prefetch_related("links__member")
    got = page(rows, sort=["number"], cursor=cursor, limit=max(1, min(limit, 500)))
    return {"items": [_household(row) for row in got.items], "next": got.next or None}


@router.post("/households", response={201: HouseholdAnswer}, auth=WRITE, summary="Make a household")
def make_household(request: HttpRequest, values: HouseholdValues) -> Status[dict[str, Any]]:
    """With its head, who pays."""
    said = _filled(values, "head", "note")
    made = actions.make_household(found(str(values.head or "")), **said, by=by_of(request))
    if values.note:
        made = actions.change_household(made, note=values.note, by=by_of(request))
    return Status(201, _household(made))


@router.get("/households/{id}", response=HouseholdAnswer, auth=READ, summary="A household")
def household(request: HttpRequest, id: int) -> dict[str, Any]:
    """By its id."""
    return _household(get_object_or_404(Household, pk=id))


@router.patch(
    "/households/{id}", response=HouseholdAnswer, auth=WRITE, summary="Change a household"
)
def change_household(request: HttpRequest, id: int, values: HouseholdValues) -> dict[str, Any]:
    """Number, name and note."""
    said = _filled(values, "head", "from_on", "move")
    row = get_object_or_404(Household, pk=id)
    return _household(actions.change_household(row, **said, by=by_of(request)))


@router.delete("/households/{id}", response={204: None}, auth=WRITE, summary="Delete a household")
def delete_household(request: HttpRequest, id: int) -> Status[None]:
    """For good; its people stay on the roll."""
    actions.delete_household(get_object_or_404(Household, pk=id), by=by_of(request))
    return Status(204, None)


@router.post(
    "/households/{id}/members",
    response={201: PlaceAnswer},
    auth=WRITE,
    summary="Put somebody into a household",
)
def add_place(request: HttpRequest, id: int, values: PlaceValues) -> Status[dict[str, Any]]:
    """409 when it would be a second main household; ``move`` ends the first one."""
    row = get_object_or_404(Household, pk=id)
    said = _filled(values, "member")
    member = found(str(values.member or ""))
    return Status(201, _place(actions.add_to_household(row, member, **said, by=by_of(request))))


@router.patch(
    "/households/{id}/members/{place}",
    response=PlaceAnswer,
    auth=WRITE,
    summary="Change a place in a household",
)
def change_place(request: HttpRequest, id: int, place: int, values: PlaceValues) -> dict[str, Any]:
    """``to_on`` ends it."""
    link = get_object_or_404(
        HouseholdMember.objects.select_related("member"), pk=place, household=id
    )
    said = _said(values, "member")
    return _place(actions.change_household_link(link, **said, by=by_of(request)))


@router.delete(
    "/households/{id}/members/{place}",
    response={204: None},
    auth=WRITE,
    summary="Take a place out",
)
def remove_place(request: HttpRequest, id: int, place: int) -> Status[None]:
    """It was recorded by mistake; to end it, set ``to_on``."""
    link = get_object_or_404(
        HouseholdMember.objects.select_related("member"), pk=place, household=id
    )
    actions.remove_from_household(link, by=by_of(request))
    return Status(204, None)


class AffiliationAnswer(Schema):
    """A person who belongs to an organisation."""

    id: int
    organisation: int
    person: int
    posts: list[str]
    title: str
    has_seat: bool
    from_on: date | None
    to_on: date | None


class AffiliationValues(Schema):
    """``posts``: representative, contact, billing."""

    organisation: Key | None = Described(None, description="id or member number")
    person: Key | None = Described(None, description="id or member number")
    posts: list[str] | None = None
    title: str | None = None
    has_seat: bool | None = None
    from_on: str | None = None
    to_on: str | None = None


class SeatsAnswer(Schema):
    """``seats`` null: as many as they like; ``taken``: today."""

    seats: int | None
    taken: int


class SeatsValues(Schema):
    """How many people the organisation may name; null for as many as it likes."""

    seats: int | None


def _affiliation(link: Affiliation) -> dict[str, Any]:
    names = ("id", "posts", "title", "has_seat", "from_on", "to_on")
    ids = {"organisation": link.organisation_id, "person": link.person_id}
    return {name: getattr(link, name) for name in names} | ids


@router.get("/members/{key}/seats", response=SeatsAnswer, auth=READ, summary="Seats")
def seats(request: HttpRequest, key: str) -> dict[str, Any]:
    """Of an organisation."""
    taken, allowed = actions.seats_of(found(key))
    return {"seats": allowed, "taken": taken}


@router.put("/members/{key}/seats", response=SeatsAnswer, auth=WRITE, summary="Set the seats")
def set_seats(request: HttpRequest, key: str, values: SeatsValues) -> dict[str, Any]:
    """409 when more have a seat already."""
    member = found(key)
    actions.set_seats(member, values.seats, by=by_of(request))
    return seats(request, key)


@router.post(
    "/affiliations",
    response={201: AffiliationAnswer},
    auth=WRITE,
    summary="Name somebody of an organisation",
)
def affiliate(request: HttpRequest, values: AffiliationValues) -> Status[dict[str, Any]]:
    """409 when all seats are taken."""
    said = _filled(values, "organisation", "person")
    pair = (found(str(values.organisation or "")), found(str(values.person or "")))
    return Status(201, _affiliation(actions.affiliate(*pair, **said, by=by_of(request))))


@router.patch(
    "/affiliations/{id}", response=AffiliationAnswer, auth=WRITE, summary="Change an affiliation"
)
def change_affiliation(
    request: HttpRequest,
    id: int,
    values: AffiliationValues,
) -> dict[str, Any]:
    """``to_on`` ends it."""
    said = _said(values, "organisation", "person")
    said = {k: v for k, v in said.items() if v is not None or k in ("from_on", "to_on")}
    return _affiliation(actions.change_affiliation(_link(id), **said, by=by_of(request)))


@router.delete(
    "/affiliations/{id}", response={204: None}, auth=WRITE, summary="Take an affiliation out"
)
def remove_affiliation(request: HttpRequest, id: int) -> Status[None]:
    """It was recorded by mistake; to end it, set ``to_on``."""
    actions.remove_affiliation(_link(id), by=by_of(request))
    return Status(204, None)


def _link(pk: int) -> Affiliation:
    return get_object_or_404(Affiliation.objects.select_related("organisation", "person"), pk=pk)


class GuardianshipAnswer(Schema):
    """Who answers for a minor."""

    id: int
    ward: int
    guardian: int
    tie: str
    from_on: date | None
    to_on: date | None


class GuardianshipValues(Schema):
    """``tie``: father, mother, grandparent, guardian, other."""

    ward: Key | None = Described(None, description="id or member number")
    guardian: Key | None = Described(None, description="id or member number")
    tie: str | None = None
    from_on: str | None = None
    to_on: str | None = None
    even_if_adult: bool = Described(
        default=False, description="although the ward is not known to be under 18"
    )


def _guardianship(link: Guardianship) -> dict[str, Any]:
    names = ("id", "tie", "from_on", "to_on")
    ids = {"ward": link.ward_id, "guardian": link.guardian_id}
    return {name: getattr(link, name) for name in names} | ids


@router.post(
    "/guardianships",
    response={201: GuardianshipAnswer},
    auth=WRITE,
    summary="Record a guardian",
)
def name_guardian(request: HttpRequest, values: GuardianshipValues) -> Status[dict[str, Any]]:
    """409 for a member who is 18 or older, unless ``even_if_adult``."""
    said = _filled(values, "ward", "guardian")
    pair = (found(str(values.ward or "")), found(str(values.guardian or "")))
    return Status(201, _guardianship(actions.name_guardian(*pair, **said, by=by_of(request))))


@router.patch(
    "/guardianships/{id}", response=GuardianshipAnswer, auth=WRITE, summary="Change a guardian"
)
def change_guardianship(
    request: HttpRequest,
    id: int,
    values: GuardianshipValues,
) -> dict[str, Any]:
    """``to_on`` ends it."""
    said = _said(values, "ward", "guardian", "even_if_adult")
    return _guardianship(actions.change_guardianship(_tie(id), **said, by=by_of(request)))


@router.delete(
    "/guardianships/{id}", response={204: None}, auth=WRITE, summary="Take a guardian out"
)
def remove_guardianship(request: HttpRequest, id: int) -> Status[None]:
    """It was recorded by mistake; to end it, set ``to_on``."""
    actions.remove_guardianship(_tie(id), by=by_of(request))
    return Status(204, None)


def _tie(pk: int) -> Guardianship:
    return get_object_or_404(Guardianship.objects.select_related("ward", "guardian"), pk=pk)


class RelationsAnswer(Schema):
    """Everything that a member is part of, also what has ended."""

    households: list[PlaceAnswer]
    affiliations: list[AffiliationAnswer]
    people: list[AffiliationAnswer]
    guardians: list[GuardianshipAnswer]
    wards: list[GuardianshipAnswer]


@router.get("/members/{key}/relations", response=RelationsAnswer, auth=READ, summary="Relations")
def relations(request: HttpRequest, key: str) -> dict[str, Any]:
    """Of a person or an organisation."""
    member = found(key)
    jobs, ties = Affiliation.objects.all(), Guardianship.objects.all()
    employers = jobs.filter(person=member).not_merged("organisation")
    people = jobs.filter(organisation=member).not_merged("person")
    guardians = ties.filter(ward=member).not_merged("guardian")
    wards = ties.filter(guardian=member).not_merged("ward")
    return {
        "households": [_place(link) for link in member.household_links.all()],
        "affiliations": [_affiliation(link) for link in employers],
        "people": [_affiliation(link) for link in people],
        "guardians": [_guardianship(link) for link in guardians],
        "wards": [_guardianship(link) for link in wards],
    }
