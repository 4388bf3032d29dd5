"""Exports: ask for a file of members, wait for it, fetch it."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from django.http import FileResponse, Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from ninja import Field as Described
from ninja import Router, Schema, Status

from enishi.accounts.api import WrongInput, needs
from enishi.core.pages import page
from enishi.core.refusals import Refusal
from enishi.members.exporting import actions
from enishi.members.exporting.columns import may_read
from enishi.members.listing import Listing
from enishi.members.models import Export, ListExport

from .members import by_of, problems_of

router = Router(tags=["exports"])
EXPORT = needs("members:export")


class ExportWish(Schema):
    """Which members, which columns, written how. The history keeps who took it, and ``reason``."""

    columns: list[str] = Described(default_factory=list, description="field keys; none: the usual")
    filters: dict[str, str | list[str]] = Described(
        default_factory=dict, description="as the parameters of /members"
    )
    as_of: date | None = None
    format: str = Described("csv", description="csv or xlsx")
    encoding: str = Described("utf-8", description="utf-8 or cp932")
    reason: str = ""


class ExportAnswer(Schema):
    """A file of members. ``state``: waiting, running, done, failed, cancelled, expired."""

    id: int
    name: str
    state: str
    format: str
    encoding: str
    columns: list[str]
    rows: int | None
    lost_characters: dict[str, int] = Described(description="what CP932 lacks, written as 〓")
    reason: str
    problem: str
    created_at: datetime
    expires_at: datetime


class ExportPage(Schema):
    """Exports, newest first."""

    items: list[ExportAnswer]
    next: str | None


def state_of(made: ListExport) -> dict[str, str]:
    """How far a file is, of members or of records, and why there is none."""
    job = made.job
    if made.file:
        state = "done"
    elif made.rows is not None:
        state = "expired"
    else:
        state = job.state if job is not None else "failed"
    return {"state": state, "problem": job.error if job is not None else ""}


def _answer(made: Export) -> dict[str, Any]:
    names = ("id", "name", "format", "encoding", "columns", "rows", "lost_characters", "reason")
    return {
        **{name: getattr(made, name) for name in (*names, "created_at", "expires_at")},
        **state_of(made),
    }


@router.get("/exports", response=ExportPage, auth=EXPORT, summary="Exports")
def exports(request: HttpRequest, cursor: str = "", limit: int = 50) -> dict[str, Any]:
    """Newest first."""
    rows = Export.objects.select_related("job")
    shown = page(rows, sort=["-created_at"], cursor=cursor, limit=max(1, min(limit, 200)))
    return {"items": [_answer(made) for made in shown.items], "next": shown.next or None}


@router.post("/exports", response={202: ExportAnswer}, auth=EXPORT, summary="Export members")
def ask(request: HttpRequest, wish: ExportWish) -> Status[dict[str, Any]]:
    """The file is made in the background and kept for a week."""
    if problems := problems_of(Listing(wish.filters, by=by_of(request)), wish.filters):
        raise WrongInput(problems.items())
    if any("\x00" in text for text in _texts(wish.reason, *wish.filters.values())):
        raise WrongInput([("", _("There is a broken character here. Type the text again."))])
    try:
        made = actions.start(**wish.dict(), by=by_of(request))
    except Refusal as no:
        raise WrongInput([("columns", str(no))]) from no
    return Status(202, _answer(made))


def _texts(*values: str | list[str]) -> Iterator[str]:
    for value in values:
        yield from [value] if isinstance(value, str) else value


@router.get("/exports/{id}", response=ExportAnswer, auth=EXPORT, summary="One export")
def one(request: HttpRequest, id: int) -> dict[str, Any]:
    """Whether the file is there, and how many members it holds."""
    return _answer(get_object_or_404(Export.objects.select_related("job"), pk=id))


@router.get("/exports/{id}/file", auth=EXPORT, summary="The file")
def file(request: HttpRequest, id: int) -> FileResponse:
    """404 until it is made, and when its week is over."""
    made = get_object_or_404(Export, pk=id)
    if not made.file or not may_read(made, by_of(request)):
        raise Http404
    return FileResponse(made.file.open("rb"), as_attachment=True, filename=made.name)
