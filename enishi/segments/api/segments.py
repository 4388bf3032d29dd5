"""Segments for programs: count a rule, explain it, save it, read who is in it."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db import transaction
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from ninja import Field as Described
from ninja import Router, Schema, Status

from enishi.accounts.api import WrongInput, needs
from enishi.accounts.models import User
from enishi.core import clock
from enishi.core.pages import page
from enishi.members.actions import Use
from enishi.members.conditions import Rule, RuleFaults, TooSlow, count_members, parse
from enishi.members.fields import visible_fields
from enishi.members.models import Member, MemberQuerySet
from enishi.segments import actions
from enishi.segments.conditions import members_of, seen_by
from enishi.segments.models import ManualMember, Segment

router = Router(tags=["segments"])
READ, WRITE = needs("segments:read"), needs("segments:write")
PATIENCE_MS = 30_000
LARGEST_PAGE = 1000
LARGEST_ID = 2**63 - 1


class RuleBody(Schema):
    """A question about members; the language is described in the documents."""

    rule: Any = Described(description="a tree of all, any, not, field, did, has, in_segment")


class RuleOfMember(RuleBody):
    """A question about one member."""

    member: str | int = Described(description="member number (or id)")


class CountAnswer(Schema):
    """How many members the rule holds for, exactly, and how long that took."""

    count: int
    ms: float


class ExplainAnswer(Schema):
    """Whether the rule holds for the member, and why: each part with its verdict and values."""

    matches: bool
    because: dict[str, Any]


class SegmentValues(Schema):
    """A segment to save."""

    name: str
    rule: Any
    description: str = ""
    kind: str = Described("stored", description="stored: its members are kept; live: asked anew")


class SegmentChanges(Schema):
    """What is not named stays."""

    name: str | None = None
    rule: Any = None
    description: str | None = None
    kind: str | None = None


class UseAnswer(Schema):
    """One place where the segment is used."""

    what: str
    name: str


class SegmentAnswer(Schema):
    """A segment. ``count`` is exact at ``counted_at``; null while it has never been counted."""

    id: int
    name: str
    description: str
    rule: Any
    sentence: str
    kind: str
    version: int
    count: int | None
    counted_at: datetime | None
    refreshed_at: datetime | None
    next_due: datetime | None
    problem: str
    used_by: list[UseAnswer]
    created_at: datetime
    updated_at: datetime


class SegmentPage(Schema):
    """Segments by name."""

    items: list[SegmentAnswer]
    next: str | None


class InSegmentAnswer(Schema):
    """A member of a segment."""

    id: int
    number: str
    name: str
    email: str = Described(description='"" too where the maker of the token may not see it')


class SegmentMembersAnswer(Schema):
    """One page of members; ``next`` is the cursor of the one that follows, null on the last."""

    items: list[InSegmentAnswer]
    next: str | None


class ExceptionValues(Schema):
    """Members to put into the segment or keep out of it, whatever the rule says."""

    members: list[str | int] = Described(description="member numbers (or ids)")
    included: bool | None = Described(description="true: in, false: out, null: as the rule says")
    note: str = ""


class ExceptionAnswer(Schema):
    """A member who is in the segment, or kept out of it, by hand."""

    member: str
    included: bool
    note: str
    at: datetime


class MovedAnswer(Schema):
    """How many members it moved."""

    moved: int


def _by(request: HttpRequest) -> User | None:
    return request.user if isinstance(request.user, User) else None


@contextmanager
def _faults() -> Iterator[None]:
    """What is wrong with a rule, as errors of the field ``rule``; what is too slow as well."""
    try:
        yield
    except RuleFaults as faults:
        listed = [(f"rule.{f.path}" if f.path else "rule", f.reason) for f in faults.faults]
        raise WrongInput(listed, _("The rule cannot be read.")) from faults
    except TooSlow as slow:
        sentence = _("This question takes too long. Narrow it down.")
        raise WrongInput([("rule", sentence)]) from slow


def _read(request: HttpRequest, rule: Any) -> Rule:
    return parse(rule, by=_by(request))


def _found(request: HttpRequest, pk: int) -> Segment:
    """The segment, if whoever asks may see all that it asks about. Raises Http404, NotForYou."""
    segment = get_object_or_404(Segment, pk=min(pk, LARGEST_ID))
    if not seen_by([segment], _by(request)):
        raise actions.NotForYou
    return segment


def _member(said: str | int) -> Member:
    text = str(said).strip()
    if not text or "\x00" in text or len(text) > 40:
        member = None
    else:
        present = Member.objects.present()
        member = present.filter(number=text).first()
        if member is None and text.isascii() and text.isdigit() and int(text) <= LARGEST_ID:
            member = present.filter(pk=int(text)).first()
    if member is None:
        sentence = _("There is no member with the number “%(number)s”.")
        raise WrongInput([("member", sentence % {"number": text[:40]})])
    return member


def _answer(segment: Segment, uses: list[Use]) -> dict[str, Any]:
    names = ("name", "description", "rule", "sentence", "kind", "version", "count", "counted_at")
    more = ("problem", "refreshed_at", "next_due", "created_at", "updated_at")
    return {
        "id": segment.pk,
        "used_by": [{"what": str(use.what), "name": use.name} for use in uses],
        **{name: getattr(segment, name) for name in (*names, *more)},
    }


def _now(segment: Segment) -> dict[str, Any]:
    """The segment with the count of this moment."""
    segment.refresh_from_db()
    answer = _answer(segment, actions.uses_of([segment])[segment.pk])
    if segment.problem:
        return answer
    if not segment.is_current:
        answer["count"], answer["counted_at"] = _count(members_of(segment)), clock.now()
    return answer


def _count(members: MemberQuerySet) -> int:
    return count_members(members, PATIENCE_MS)


@router.post("/segments/count", response=CountAnswer, auth=READ, summary="Count a rule")
def count(request: HttpRequest, body: RuleBody) -> dict[str, Any]:
    """Exact at the moment of the question. Faults are 422 with the path to each."""
    begun = time.perf_counter()
    with _faults():
        found = _read(request, body.rule).count(PATIENCE_MS)
    return {"count": found, "ms": round((time.perf_counter() - begun) * 1000, 1)}


@router.post("/segments/explain", response=ExplainAnswer, auth=READ, summary="Explain a rule")
def explain(request: HttpRequest, body: RuleOfMember) -> dict[str, Any]:
    """Whether one member belongs, with the verdict and the values of every part."""
    with _faults():
        return _read(request, body.rule).explain(_member(body.member))


@router.get("/segments", response=SegmentPage, auth=READ, summary="Segments")
def segments(request: HttpRequest, cursor: str = "", limit: int = 50) -> dict[str, Any]:
    """By name, with the counts that were last taken."""
    shown = page(Segment.objects.all(), sort=["name"], cursor=cursor, limit=max(1, min(limit, 200)))
    seen = seen_by(shown.items, _by(request))
    uses = actions.uses_of(seen)
    return {"items": [_answer(one, uses[one.pk]) for one in seen], "next": shown.next or None}


@router.post("/segments", response={201: SegmentAnswer}, auth=WRITE, summary="Save a segment")
def create(request: HttpRequest, values: SegmentValues) -> Status[dict[str, Any]]:
    """Its members are looked for at once, in the background."""
    with _faults():
        made = actions.create(**values.dict(), by=_by(request))
        return Status(201, _now(made))


@router.get("/segments/{id}", response=SegmentAnswer, auth=READ, summary="Read a segment")
def one(request: HttpRequest, id: int) -> dict[str, Any]:
    """With the exact count of this moment."""
    with _faults():
        return _now(_found(request, id))


@router.patch("/segments/{id}", response=SegmentAnswer, auth=WRITE, summary="Change a segment")
def change(request: HttpRequest, id: int, values: SegmentChanges) -> dict[str, Any]:
    """Only what is named. A rule that leads back to the segment itself is refused."""
    with _faults():
        segment = _found(request, id)
        return _now(actions.change(segment, **values.dict(exclude_none=True), by=_by(request)))


@router.delete("/segments/{id}", response={204: None}, auth=WRITE, summary="Delete a segment")
def delete(request: HttpRequest, id: int) -> Status[None]:
    """One that is in use is refused with 409 and the list of uses."""
    actions.delete(_found(request, id), by=_by(request))
    return Status(204, None)


@router.get(
    "/segments/{id}/members",
    response=SegmentMembersAnswer,
    auth=needs("members:read"),
    summary="Who is in a segment",
)
def members(request: HttpRequest, id: int, cursor: str = "", limit: int = 100) -> dict[str, Any]:
    """Everybody who is in it at this moment, exactly, in a fixed order."""
    with _faults():
        found = members_of(_found(request, id))
    shown = page(found, sort=[], cursor=cursor, limit=max(1, min(limit, LARGEST_PAGE)))
    may = "email" in visible_fields(_by(request))
    items = [
        {"id": m.pk, "number": m.number, "name": m.name, "email": m.email if may else ""}
        for m in shown.items
    ]
    return {"items": items, "next": shown.next or None}


@router.get(
    "/segments/{id}/exceptions",
    response=list[ExceptionAnswer],
    auth=READ,
    summary="Who is in or out by hand",
)
def exceptions(request: HttpRequest, id: int) -> list[dict[str, Any]]:
    """Newest first."""
    rows = ManualMember.objects.filter(segment=_found(request, id)).select_related("member")
    return [
        {"member": row.member.number, "included": row.included, "note": row.note, "at": row.at}
        for row in rows.order_by("-at", "-pk")
    ]


@router.post(
    "/segments/{id}/exceptions",
    response=MovedAnswer,
    auth=WRITE,
    summary="Put members in or keep them out by hand",
)
def put_by_hand(request: HttpRequest, id: int, values: ExceptionValues) -> dict[str, Any]:
    """They stay so whatever the rule says, until they are left to the rule again."""
    segment = _found(request, id)
    with transaction.atomic():
        ids = [_member(said).pk for said in values.members[:LARGEST_PAGE]]
        moved = actions.put_by_hand(
            segment, ids, included=values.included, note=values.note, by=_by(request)
        )
    return {"moved": moved}
