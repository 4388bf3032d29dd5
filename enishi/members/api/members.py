"""Members themselves: find, read, enter, change, delete."""

import re
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Field as Described
from ninja import Query, Router, Schema, Status

from enishi.accounts.api import WrongInput, needs
from enishi.accounts.models import User
from enishi.core.pages import page
from enishi.members import actions
from enishi.members.listing import Listing
from enishi.members.models import Member, MemberTag, Tag

from .shapes import MemberAnswer, MemberChanges, MemberValues, again, answers, found, sent, whole

router = Router(tags=["members"])

LARGEST_PAGE = 1000
READ, WRITE, DELETE = needs("members:read"), needs("members:write"), needs("members:delete")


class HowMany(Schema):
    """``exact`` is false where counting stopped and the value is an estimate."""

    value: int
    exact: bool


class MemberPage(Schema):
    """One page; ``next`` is the cursor of the one that follows, null on the last."""

    items: list[MemberAnswer]
    next: str | None
    count: HowMany


class MemberFilters(Schema):
    """What the list can be narrowed by. Several values: repeat the name, or part them by commas.

    Every other field works too: ``city=…`` (holds), ``city_is=…``, ``city_empty=yes``, and
    ``data.<key>`` for own fields.
    """

    search: str = Described("", description="number, kana, kanji, part of e-mail, phone digits")
    status: str = Described("", description="applicant, provisional, active, suspended, left …")
    member_type: str = Described("", description="names or ids of member types")
    tag: str = Described("", description="names or ids of tags")
    kind: str = ""
    gender: str = ""
    prefecture: str = ""
    joined_on_from: str = ""
    joined_on_to: str = ""
    left_on_from: str = ""
    left_on_to: str = ""
    birth_month: str = ""
    age_from: str = ""
    age_to: str = ""
    has_email: str = Described("", description="yes or no")
    rule: str = Described("", description="a rule as JSON, see the reference of rules")
    view: str = Described("", description="id of a saved view; what is named besides replaces it")
    as_of: str = Described("", description="the roster as it was (or will be) on this day")
    sort: str = Described(
        "number",
        description="number, kana, joined_on, left_on, birth_date, updated_at, member_type; "
        "“-” before it turns the order round",
    )
    limit: int = Described(50, ge=1, le=LARGEST_PAGE)
    cursor: str = Described("", description="``next`` of the page before")


def by_of(request: HttpRequest) -> User | None:
    """Whoever made the token that asks."""
    return request.user if isinstance(request.user, User) else None


def listing_of(request: HttpRequest) -> Listing:
    """The list that the query asks for. What cannot be read is refused, never left out."""
    listing = Listing(request.GET, by=by_of(request))
    if problems := problems_of(listing, request.GET):
        raise actions.Invalid(problems)
    return listing


def problems_of(listing: Listing, asked: Iterable[str]) -> dict[str, str]:
    """Filter → sentence, for those that cannot be read and those that do not exist."""
    known = {name for one in listing.conditions.values() for name in one.params}
    known |= {"search", "sort", "limit", "cursor", "rule", "view"}
    strange = {name: _("There is no filter of this name.") for name in asked if name not in known}
    return {**listing.problems, **strange}


@router.get("/members", response=MemberPage, auth=READ, summary="Find members")
def members(request: HttpRequest, filters: Query[MemberFilters]) -> dict[str, Any]:
    """A page of members in the order asked for, with how many there are in all."""
    listing = listing_of(request)
    got = listing.page(cursor=filters.cursor, limit=filters.limit)
    count = listing.count()
    return {"items": answers(got.items, request), "next": got.next or None, "count": vars(count)}


@router.post("/members", response={201: MemberAnswer}, auth=WRITE, summary="Enter a member")
def add(request: HttpRequest, values: MemberValues) -> Status[dict[str, Any]]:
    """Without ``number`` the next one of the type is given; without ``joined_on`` it is today."""
    with transaction.atomic():
        member = actions.add(sent(request), by=by_of(request))
        if values.tags:
            set_tags(member, values.tags, by_of(request))
    return Status(201, again(member, request))


@router.get("/members/{key}", response=MemberAnswer, auth=READ, summary="Read a member")
def member(request: HttpRequest, response: HttpResponse, key: str) -> dict[str, Any]:
    """``key`` is the id or the member number. The ETag is the version."""
    one = found(key)
    response["ETag"] = f'"{one.version}"'
    return whole(one, request)


@router.patch("/members/{key}", response=MemberAnswer, auth=WRITE, summary="Change a member")
def change(request: HttpRequest, key: str, changes: MemberChanges) -> dict[str, Any]:
    """Only the fields that are named. With ``version`` (or If-Match) a clash is refused with 409.

    The answer to a clash shows, field by field, what you began from, what it is now and what you
    wanted (``clash``). Fields that only the other one changed are kept.
    """
    one = found(key)
    version = changes.version if changes.version is not None else _if_match(request)
    if version is not None and version > one.version:
        raise WrongInput([("version", _("There is no such version yet. Read the member again."))])
    with transaction.atomic():
        actions.change(one, sent(request), version=version, by=by_of(request))
        if changes.tags is not None:
            set_tags(one, changes.tags, by_of(request))
    return again(one, request)


def _if_match(request: HttpRequest) -> int | None:
    """The version in If-Match (RFC 9110, 13.1.1); None without one, or with ``*``."""
    asked = request.headers.get("If-Match", "").strip()
    if asked in ("", "*"):
        return None
    match = re.fullmatch(r'(?:W/)?"?(\d{1,9})"?', asked)
    if match is None:
        raise WrongInput([("If-Match", _('Write the version that you have read, like "3".'))])
    return int(match[1])


@router.delete("/members/{key}", response={204: None}, auth=DELETE, summary="Delete a member")
def delete(request: HttpRequest, key: str) -> Status[None]:
    """The member goes into the bin and can be taken back for 30 days."""
    actions.delete(found(key), by=by_of(request))
    return Status(204, None)


@router.post(
    "/members/{key}/restoration",
    response=MemberAnswer,
    auth=DELETE,
    summary="Take a member out of the bin",
)
def restore(request: HttpRequest, key: str) -> dict[str, Any]:
    """Back on the roll, as it was."""
    return again(actions.restore(found(key, in_bin=True), by=by_of(request)), request)


class BinPage(Schema):
    """One page of the bin."""

    items: list[MemberAnswer]
    next: str | None


@router.get("/bin", response=BinPage, auth=DELETE, summary="Members in the bin")
def bin_(request: HttpRequest, limit: int = 50, cursor: str = "") -> dict[str, Any]:
    """Who was deleted in the last 30 days, the latest first."""
    rows = Member.objects.binned().select_related("type", "owner")
    got = page(rows, sort=["-deleted_at"], cursor=cursor, limit=max(1, min(limit, LARGEST_PAGE)))
    return {"items": answers(got.items, request), "next": got.next or None}


def set_tags(member: Member, names: list[str], by: User | None) -> None:
    """Exactly these tags; unknown ones are made."""
    wanted = {actions.tag_named(name, by=by) for name in names}
    had = {link.tag for link in MemberTag.objects.filter(member=member).select_related("tag")}
    for tag in sorted(wanted - had, key=_name):
        actions.put_tag(member, tag, by=by)
    for tag in sorted(had - wanted, key=_name):
        actions.take_tag(member, tag, by=by)


def _name(tag: Tag) -> str:
    return tag.name
