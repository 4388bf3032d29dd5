"""One field of many members, or a tag on many, at once; undone in one go."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from ninja import Field as Described
from ninja import Router, Schema, Status

from enishi.accounts.api import WrongInput
from enishi.core.pages import page
from enishi.members import actions
from enishi.members.exporting.selection import selected
from enishi.members.fields import visible_fields
from enishi.members.listing import Listing
from enishi.members.models import BulkEdit

from .members import READ, WRITE, by_of, problems_of

router = Router(tags=["bulk changes"])
FILTERS = "the parameters of GET /members (search, status, rule, view …), or ids; {}: everybody"


class BulkWish(Schema):
    """Either ``field`` and ``value``, or ``tag``."""

    field: str | None = Described(None, description="key of a field, or owner (an e-mail address)")
    value: Any = Described(None, description="null takes the value away")
    tag: str | None = Described(None, description="name of a tag; a new one is made")
    off: bool = Described(default=False, description="take the tag off")
    filters: dict[str, Any] = Described(description=FILTERS)


class BulkAnswer(Schema):
    """``state``: waiting, running, done, undoing, undone, failed or cancelled. ``count``: how many
    were changed. ``left_out``: how many an undo left alone, because they were changed since."""

    id: int
    field: str
    verb: str
    shown: str
    state: str
    count: int | None
    left_out: int
    at: datetime
    undone_at: datetime | None


class BulkPage(Schema):
    """One page of changes, newest first."""

    items: list[BulkAnswer]
    next: str | None


class BulkEffect(Schema):
    """What a change would do: how many are chosen, and how many of them hold something else."""

    chosen: int
    changed: int


def _answer(edit: BulkEdit) -> dict[str, Any]:
    names = ("id", "field", "verb", "shown", "count", "left_out", "at", "undone_at")
    return {**{name: getattr(edit, name) for name in names}, "state": _state(edit)}


def _state(edit: BulkEdit) -> str:
    if edit.undone_at is not None:
        return "undone"
    if edit.undo_job is not None and edit.undo_job.is_open:
        return "undoing"
    if edit.count is not None:
        return "done"
    return str(edit.job.state) if edit.job is not None else "failed"


def _rows(request: HttpRequest) -> Any:
    """Those of fields that whoever asks may see; others do not exist."""
    known = [*visible_fields(by_of(request), retired=True), "tags"]
    return BulkEdit.objects.select_related("job", "undo_job").filter(field__in=known)


def _plain(value: Any) -> str | list[str]:
    """A parameter as the list takes it: texts, or JSON."""
    if isinstance(value, list):
        return [_text(one) for one in value]
    return _text(value)


def _text(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    if "\x00" in text:
        raise WrongInput([("filters", _("There is a broken character here. Type the text again."))])
    return text


def _filters(request: HttpRequest, wish: BulkWish) -> dict[str, Any]:
    filters = {name: _plain(value) for name, value in wish.filters.items()}
    asked = {name: value for name, value in filters.items() if name != "ids"}
    if problems := problems_of(Listing(asked, by=by_of(request)), asked):
        raise WrongInput((f"filters.{name}", why) for name, why in problems.items())
    if "ids" in filters and not isinstance(filters["ids"], list):
        raise WrongInput([("filters.ids", _("Send the ids as a list."))])
    if "ids" in filters and not filters["ids"]:
        raise WrongInput([("filters.ids", _("Name at least one member."))])
    return filters


@contextmanager
def field_named() -> Iterator[None]:
    """A field that cannot be set for many is told at ``field``."""
    try:
        yield
    except actions.NotInBulk as no:
        raise WrongInput([("field", str(no))]) from no


def _field(wish: BulkWish) -> str:
    if bool(wish.field) == bool(wish.tag):
        raise WrongInput([("field", _("Name either a field or a tag."))])
    return wish.field or ""


@router.get("/bulk-changes", response=BulkPage, auth=READ, summary="Bulk changes")
def changes(request: HttpRequest, cursor: str = "", limit: int = 50) -> dict[str, Any]:
    """Newest first."""
    shown = page(_rows(request), sort=["-at"], cursor=cursor, limit=max(1, min(limit, 200)))
    return {"items": [_answer(edit) for edit in shown.items], "next": shown.next or None}


@router.post(
    "/bulk-changes", response={202: BulkAnswer}, auth=WRITE, summary="Change many members at once"
)
def change(request: HttpRequest, wish: BulkWish) -> Status[dict[str, Any]]:
    """Up to 2,000 at once, more in the background, all or nothing."""
    by, field, filters = by_of(request), _field(wish), _filters(request, wish)
    if wish.tag:
        tag = actions.tag_named(wish.tag, by=by)
        edit = actions.tag_many(tag, off=wish.off, filters=filters, by=by)
    else:
        with field_named():
            edit = actions.set_on_many(field, wish.value, filters=filters, by=by)
    return Status(202, _answer(edit))


@router.post(
    "/bulk-changes/effect", response=BulkEffect, auth=READ, summary="What a bulk change would do"
)
def effect(request: HttpRequest, wish: BulkWish) -> Any:
    """Nothing is changed. Of a field only."""
    by, filters = by_of(request), _filters(request, wish)
    if not wish.field:
        raise WrongInput([("field", _("Name a field."))])
    with field_named():
        return actions.bulk_effect(selected(filters, by=by), wish.field, wish.value, by)


@router.get("/bulk-changes/{id}", response=BulkAnswer, auth=READ, summary="One bulk change")
def one(request: HttpRequest, id: int) -> dict[str, Any]:
    """How far it is, and what came of it."""
    return _answer(get_object_or_404(_rows(request), pk=id))


@router.delete(
    "/bulk-changes/{id}", response={202: BulkAnswer}, auth=WRITE, summary="Undo a bulk change"
)
def undo(request: HttpRequest, id: int) -> Status[dict[str, Any]]:
    """What stood there before is put back, but for members who were changed since."""
    edit = get_object_or_404(_rows(request), pk=id)
    return Status(202, _answer(actions.undo_bulk_edit(edit, by=by_of(request))))
