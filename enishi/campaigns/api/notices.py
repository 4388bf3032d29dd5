"""Notices: put up, change, end; who has read them; confirming by another program."""

from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _
from ninja import Field as Described
from ninja import Query, Router, Schema, Status

from enishi.accounts.api import WrongInput, needs
from enishi.campaigns import actions
from enishi.campaigns.models import Notice, Reading
from enishi.core.pages import page
from enishi.members.api.shapes import found as member_found

from .campaigns import body_of
from .shapes import LARGEST_ID, by_of

router = Router(tags=["notices"])
READ, WRITE = needs("notices:read"), needs("notices:write")
DELETE = needs("notices:delete")


class NoticeValues(Schema):
    """A notice. What is left out stays as it is."""

    title: Any = None
    body: Any = Described(None, description="text with **bold** and [words](https://…)")
    must_read: Any = Described(None, description="stays on top until the member confirms it")
    segment: Any = Described(None, description="id of a segment; null for all members")
    from_at: Any = Described(None, description="with offset; null for now")
    to_at: Any = Described(None, description="with offset; null: until it is ended")
    again: bool = Described(default=False, description="of PATCH: ask also those who have read it")
    version: int | None = Described(None, description="of PATCH: the version you began from")


class NoticeAnswer(Schema):
    """A notice. ``read`` of ``members`` have confirmed the present ``edition``."""

    id: int
    title: str
    body: str
    must_read: bool
    segment: int | None
    from_at: datetime
    to_at: datetime | None
    state: str = Described(description="planned, shown or over")
    edition: int
    version: int
    read: int
    members: int


class NoticePage(Schema):
    items: list[NoticeAnswer]
    next: str | None


class Filters(Schema):
    state: str = Described("", description="planned, shown or over")
    limit: int = Described(20, ge=1, le=50)
    cursor: str = ""


def _answer(notice: Notice) -> dict[str, Any]:
    read, members = actions.counted_readings(notice)
    names = ("title", "body", "must_read", "from_at", "to_at", "edition", "version")
    return {
        **{name: getattr(notice, name) for name in names},
        "id": notice.pk,
        "segment": notice.segment_id,
        "state": str(notice.state),
        "read": read,
        "members": members,
    }


def _found(id_: int) -> Notice:
    rows = Notice.objects.select_related("segment")
    row = rows.filter(pk=id_).first() if 0 < id_ <= LARGEST_ID else None
    if row is None:
        raise Http404
    return row


def _sent(body: dict[str, Any]) -> dict[str, Any]:
    known = {*actions.NOTICE_FIELDS, "again", "version"}
    if strange := sorted(set(body) - known):
        raise WrongInput([(name[:60], _("There is no such field.")) for name in strange])
    return {name: body[name] for name in actions.NOTICE_FIELDS if name in body}


@router.get("/notices", response=NoticePage, auth=READ, summary="Notices")
def notices(request: HttpRequest, filters: Query[Filters]) -> dict[str, Any]:
    """The newest first."""
    rows = Notice.objects.select_related("segment")
    if filters.state:
        if filters.state not in Notice.State.values:
            known = ", ".join(Notice.State.values)
            sentence = _("Write one of: %(known)s.") % {"known": known}
            raise WrongInput([("state", sentence)])
        rows = rows.in_state(filters.state)
    got = page(rows, sort=["-from_at"], cursor=filters.cursor, limit=filters.limit)
    return {"items": [_answer(one) for one in got.items], "next": got.next or None}


@router.post("/notices", response={201: NoticeAnswer}, auth=WRITE, summary="Put up a notice")
def publish(request: HttpRequest, values: NoticeValues) -> Status[dict[str, Any]]:
    """Members see it from ``from_at`` on."""
    made = actions.publish_notice(_sent(body_of(request)), by=by_of(request))
    return Status(201, _answer(made))


@router.get("/notices/{int:id}", response=NoticeAnswer, auth=READ, summary="Read a notice")
def notice(request: HttpRequest, id: int) -> dict[str, Any]:
    """With how many have confirmed it."""
    return _answer(_found(id))


@router.patch("/notices/{int:id}", response=NoticeAnswer, auth=WRITE, summary="Change a notice")
def change(request: HttpRequest, id: int, values: NoticeValues) -> dict[str, Any]:
    """Only the fields that are named. With ``version``, a clash is refused with 409."""
    body = body_of(request)
    changed = actions.change_notice(
        _found(id),
        _sent(body),
        by=by_of(request),
        version=values.version,
        again=values.again,
    )
    return _answer(changed)


@router.delete("/notices/{int:id}", response={204: None}, auth=DELETE, summary="Delete a notice")
def delete(request: HttpRequest, id: int) -> Status[None]:
    """Only one that nobody has read; others are ended by PATCH ``to_at``."""
    actions.delete_notice(_found(id), by=by_of(request))
    return Status(204, None)


class ReaderAnswer(Schema):
    """A member whom the notice is meant for. null: not read yet."""

    member: str = Described(description="member number")
    member_id: int
    read_at: datetime | None
    link: str = Described(description="the member's own page of notices")


class ReaderPage(Schema):
    items: list[ReaderAnswer]
    next: str | None


class Which(Schema):
    read: bool | None = Described(None, description="true: who has read it; false: who has not")
    limit: int = Described(100, ge=1, le=1000)
    cursor: str = ""


@router.get(
    "/notices/{int:id}/readers", response=ReaderPage, auth=READ, summary="Who has read a notice"
)
def readers(request: HttpRequest, id: int, which: Query[Which]) -> dict[str, Any]:
    """Everybody it is meant for now, by member number."""
    rows = actions.with_readings(_found(id), read=which.read)
    got = page(rows, sort=["number"], cursor=which.cursor, limit=which.limit)
    items = [
        {
            "member": one.number,
            "member_id": one.pk,
            "read_at": one.read_at,
            "link": actions.notices_link(one.pk),
        }
        for one in got.items
    ]
    return {"items": items, "next": got.next or None}


class Confirmed(Schema):
    """``new``: false when the member had confirmed it before."""

    new: bool


@router.put(
    "/notices/{int:id}/readers/{member}",
    response=Confirmed,
    auth=WRITE,
    summary="Confirm a notice for a member",
)
def confirm(request: HttpRequest, id: int, member: str) -> dict[str, bool]:
    """For a site of your own, when the member has pressed the button there. ``member``: id or
    member number."""
    row, reader = _found(id), member_found(member)
    if not row.readers().filter(pk=reader.pk).exists():
        raise Http404
    return {"new": actions.read_notice(row, reader, via=Reading.Via.API)}
