"""Members who are perhaps one, and their merging, for programs."""

from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from ninja import Field as Described
from ninja import Router, Schema, Status
from pydantic import ConfigDict

from enishi.core.pages import page
from enishi.members import actions, duplicates
from enishi.members.duplicates import reasons
from enishi.members.duplicates.jobs import scan_soon
from enishi.members.fields import GROUP_OF, OWN, hidden_groups, visible_fields
from enishi.members.models import DuplicatePair, Member, Merge, NotSame

from .members import LARGEST_PAGE, READ, WRITE, by_of
from .shapes import MemberAnswer, again, found

router = Router(tags=["duplicates"])


class PairAnswer(Schema):
    """Two members who may be one. ``score``: 0 to 100; ``reasons`` in the language asked for."""

    id: int | None = Described(description="null where the pair was found just now")
    members: list[str] = Described(description="the two member numbers")
    ids: list[int]
    names: list[str]
    score: int
    reasons: list[str]


class PairPage(Schema):
    """One page of pairs, the surest first."""

    items: list[PairAnswer]
    next: str | None


def _pair(one: Member, other: Member, score: int, why: list[Any], pk: int | None) -> dict[str, Any]:
    return {
        "id": pk,
        "members": [one.number, other.number],
        "ids": [one.pk, other.pk],
        "names": [one.name, other.name],
        "score": score,
        "reasons": reasons.sentences(why),
    }


@router.get("/duplicates", response=PairPage, auth=READ, summary="Members who are perhaps one")
def pairs(
    request: HttpRequest,
    least: int = duplicates.THRESHOLD,
    member: str = "",
    limit: int = 50,
    cursor: str = "",
) -> dict[str, Any]:
    """The pairs that the last scan found, from the score ``least`` on.

    With ``member`` (id or number) those who are like this one, looked for now. A roll of up to
    5,000 members is looked through again whenever it has changed.
    """
    if member:
        one = found(member)
        like = [found.as_seen(request.user) for found in duplicates.alike_of(one, least=least)]
        items = [_pair(one, other.member, other.score, other.reasons, None) for other in like]
        return {"items": items, "next": None}
    duplicates.keep_fresh()
    there = DuplicatePair.objects.filter(
        score__gte=least, first__deleted_at=None, second__deleted_at=None
    ).select_related("first", "second")
    got = page(there, sort=["-score"], cursor=cursor, limit=max(1, min(limit, LARGEST_PAGE)))
    hidden = hidden_groups(request.user)
    items = [
        _pair(
            row.first,
            row.second,
            row.score,
            reasons.seen(reasons.read(row.reasons), hidden),
            row.pk,
        )
        for row in got.items
    ]
    return {"items": items, "next": got.next or None}


class ScanAnswer(Schema):
    """The job that looks through the roll."""

    job: int


@router.post(
    "/duplicates/scan", response={202: ScanAnswer}, auth=WRITE, summary="Look for duplicates"
)
def scan(request: HttpRequest) -> Status[dict[str, Any]]:
    """In the background; it is done every night, too."""
    return Status(202, {"job": scan_soon(by_of(request)).pk})


@router.delete(
    "/duplicates/{id}", response={204: None}, auth=WRITE, summary="These two are not the same"
)
def dismiss(request: HttpRequest, id: int) -> Status[None]:
    """Remembered: no scan brings the pair up again."""
    pair = get_object_or_404(DuplicatePair.objects.select_related("first", "second"), pk=id)
    actions.not_same(pair.first, pair.second, by=by_of(request))
    return Status(204, None)


class TwoMembers(Schema):
    """Two members by id or number."""

    members: list[str | int] = Described(min_length=2, max_length=2)


class NotSameAnswer(Schema):
    """Two members who are known not to be the same."""

    id: int
    members: list[str]
    at: datetime
    by: str


def _two(row: NotSame) -> dict[str, Any]:
    numbers = [row.first.number, row.second.number]
    return {"id": row.pk, "members": numbers, "at": row.at, "by": str(row.by or "")}


@router.get("/not-same", response=list[NotSameAnswer], auth=READ, summary="Known not to be one")
def known(request: HttpRequest) -> list[dict[str, Any]]:
    """The latest first, at most 1,000."""
    rows = NotSame.objects.select_related("first", "second", "by").order_by("-pk")
    # The join leaves out those whose member is gone for good.
    return [_two(row) for row in rows.filter(first__number__gt="", second__number__gt="")[:1000]]


@router.post("/not-same", response={201: NotSameAnswer}, auth=WRITE, summary="Two, not one")
def remember(request: HttpRequest, two: TwoMembers) -> Status[dict[str, Any]]:
    """Remember that these are not the same."""
    one, other = (named(key, f"members[{i}]") for i, key in enumerate(two.members))
    return Status(201, _two(actions.not_same(one, other, by=by_of(request))))


@router.delete("/not-same/{id}", response={204: None}, auth=WRITE, summary="Perhaps one after all")
def forget(request: HttpRequest, id: int) -> Status[None]:
    """The next scan may bring the pair up again."""
    actions.perhaps_same(get_object_or_404(NotSame, pk=id), by=by_of(request))
    return Status(204, None)


class MergeValues(Schema):
    """Which member goes on, which becomes a part of it, and what is chosen where they differ.

    ``choices``: field key → "keep", "drop", "both" or a value; own fields as ``data.<key>``;
    ``address`` for all its parts, ``periods`` for the membership over time. What is not named is
    chosen as the office's page proposes it.
    """

    model_config = ConfigDict(extra="forbid")

    keep: str | int = Described(description="id or member number")
    drop: str | int = Described(description="id or member number")
    choices: dict[str, Any] = Described(default_factory=dict)


class MergeAnswer(Schema):
    """A merge. ``undone_at`` is null while it holds."""

    id: int
    keep: str = Described(description="the number of the member who goes on")
    drop: str = Described(description="the number that now leads to the other")
    keep_id: int
    drop_id: int
    values: dict[str, Any] = Described(description="field → what it was before and after")
    moved: dict[str, int] = Described(description="table → rows that followed")
    parked: dict[str, int] = Described(description="table → rows that could not, and wait")
    at: datetime
    by: str
    undone_at: datetime | None
    member: MemberAnswer


def _answer(merge: Merge, request: HttpRequest) -> dict[str, Any]:
    moved: dict[str, int] = {}
    parked: dict[str, int] = {}
    for row in merge.rows.all():
        if row.moved:
            moved[row.table] = moved.get(row.table, 0) + len(row.moved)
        if row.parked:
            parked[row.table] = parked.get(row.table, 0) + len(row.parked)
    seen = visible_fields(request.user, retired=True)
    return {
        "id": merge.pk,
        "keep": merge.keep.number,
        "drop": merge.drop.number,
        "keep_id": merge.keep_id,
        "drop_id": merge.drop_id,
        "values": {
            name: value
            for name, value in merge.told.items()
            if (not name.startswith(OWN) and name not in GROUP_OF) or name in seen
        },
        "moved": moved,
        "parked": parked,
        "at": merge.at,
        "by": str(merge.by or ""),
        "undone_at": merge.undone_at,
        "member": again(merge.keep, request),
    }


def named(key: str | int, field: str) -> Member:
    """The member of this id or number; raises Invalid where there is none."""
    try:
        return found(str(key))
    except Http404:
        raise actions.Invalid({field: _("There is no member with this number.")}) from None


@router.post("/merges", response={201: MergeAnswer}, auth=WRITE, summary="Merge two members")
def merge(request: HttpRequest, values: MergeValues) -> Status[dict[str, Any]]:
    """``drop`` becomes a part of ``keep``; ``DELETE /merges/{id}`` undoes it at any time."""
    keep, drop = named(values.keep, "keep"), named(values.drop, "drop")
    made = actions.merge(keep, drop, choices=values.choices, by=by_of(request))
    return Status(201, _answer(_found(made.pk), request))


@router.get("/merges/{id}", response=MergeAnswer, auth=READ, summary="Read a merge")
def one(request: HttpRequest, id: int) -> dict[str, Any]:
    """What went where."""
    return _answer(_found(id), request)


class MergeLine(Schema):
    """A merge in the list."""

    id: int
    keep: str
    drop: str
    at: datetime
    by: str
    undone_at: datetime | None


class MergePage(Schema):
    """One page of merges, the latest first."""

    items: list[MergeLine]
    next: str | None


@router.get("/merges", response=MergePage, auth=READ, summary="Merges")
def merges(request: HttpRequest, limit: int = 50, cursor: str = "") -> dict[str, Any]:
    """The latest first, undone ones included."""
    rows = Merge.objects.select_related("keep", "drop", "by")
    got = page(rows, sort=["-at"], cursor=cursor, limit=max(1, min(limit, LARGEST_PAGE)))
    items = [
        {
            "id": m.pk,
            "keep": m.keep.number,
            "drop": m.drop.number,
            "at": m.at,
            "by": str(m.by or ""),
            "undone_at": m.undone_at,
        }
        for m in got.items
    ]
    return {"items": items, "next": got.next or None}


@router.delete("/merges/{id}", response=MergeAnswer, auth=WRITE, summary="Undo a merge")
def undo(request: HttpRequest, id: int) -> dict[str, Any]:
    """Two members again, as they would be had they never been merged.

    What was edited since stays where it was edited.
    """
    merge_ = get_object_or_404(Merge, pk=id)
    actions.undo_merge(merge_, by=by_of(request))
    return _answer(_found(id), request)


def _found(pk: int) -> Merge:
    return get_object_or_404(Merge.objects.select_related("keep", "drop", "by"), pk=pk)
