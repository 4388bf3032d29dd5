"""Exports of a database: ask for a file of records, wait for it, fetch it."""

from datetime import datetime
from typing import Any

from django.http import FileResponse, Http404, HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Field as Described
from ninja import Router, Schema, Status

from enishi.accounts.api import WrongInput, needs
from enishi.core.pages import page
from enishi.core.params import PlainParams
from enishi.core.refusals import Refusal
from enishi.members.api.exports import state_of
from enishi.records.exporting import actions
from enishi.records.listing import Listing
from enishi.records.models import Database, RecordExport

from .databases import by_of, of, seen
from .records import strange

router = Router(tags=["databases"])
EXPORT = needs("records:export")


class RecordExportWish(Schema):
    """Which records, written how. The history keeps who took which columns."""

    filters: dict[str, str | list[str]] = Described(
        default_factory=dict, description="as the parameters of /databases/{key}/records"
    )
    format: str = Described("csv", description="csv or xlsx")
    encoding: str = Described("utf-8", description="utf-8 or cp932")
    sensitive: bool = Described(default=False, description="with the values of encrypted fields")


class RecordExportAnswer(Schema):
    """A file of records. ``state``: waiting, running, done, failed, cancelled, expired."""

    id: int
    name: str
    state: str
    format: str
    encoding: str
    columns: list[str]
    rows: int | None
    lost_characters: dict[str, int] = Described(description="what CP932 lacks, written as 〓")
    problem: str
    created_at: datetime
    expires_at: datetime


class RecordExportPage(Schema):
    """Exports, newest first."""

    items: list[RecordExportAnswer]
    next: str | None


def _answer(made: RecordExport) -> dict[str, Any]:
    names = ("id", "name", "format", "encoding", "columns", "rows", "lost_characters")
    return {
        **{name: getattr(made, name) for name in (*names, "created_at", "expires_at")},
        **state_of(made),
    }


def _rows(request: HttpRequest, database: Database) -> Any:
    """Those whose columns whoever asks may see; others do not exist."""
    keys = [field.key for field in seen(request, database)]
    rows = RecordExport.objects.select_related("job")
    return rows.filter(database=database, columns__contained_by=keys)


@router.get(
    "/databases/{key}/exports",
    response=RecordExportPage,
    auth=EXPORT,
    summary="Exports of a database",
)
def exports(request: HttpRequest, key: str, cursor: str = "", limit: int = 50) -> dict[str, Any]:
    """Newest first."""
    rows = _rows(request, of(key))
    shown = page(rows, sort=["-created_at"], cursor=cursor, limit=max(1, min(limit, 200)))
    return {"items": [_answer(made) for made in shown.items], "next": shown.next or None}


@router.post(
    "/databases/{key}/exports",
    response={202: RecordExportAnswer},
    auth=EXPORT,
    summary="Export records",
)
def ask(request: HttpRequest, key: str, wish: RecordExportWish) -> Status[dict[str, Any]]:
    """The file is made in the background and kept for a week."""
    database, fields = of(key), seen(request, of(key))
    filters = {k: [v] if isinstance(v, str) else v for k, v in wish.filters.items()}
    listing = Listing(database, PlainParams(filters), fields, by=by_of(request))
    if problems := {**strange(filters, fields), **listing.problems}:
        raise WrongInput([(f"filters.{name}", why) for name, why in problems.items()])
    try:
        made = actions.start(
            database,
            filters=filters,
            wanted=wish.format,
            encoding=wish.encoding,
            sensitive=wish.sensitive,
            by=by_of(request),
        )
    except Refusal as no:
        raise WrongInput([("format", str(no))]) from no
    return Status(202, _answer(made))


@router.get(
    "/databases/{key}/exports/{id}",
    response=RecordExportAnswer,
    auth=EXPORT,
    summary="One export of a database",
)
def one(request: HttpRequest, key: str, id: int) -> dict[str, Any]:
    """Whether the file is there, and how many records it holds."""
    return _answer(get_object_or_404(_rows(request, of(key)), pk=id))


@router.get("/databases/{key}/exports/{id}/file", auth=EXPORT, summary="The file of records")
def file(request: HttpRequest, key: str, id: int) -> FileResponse:
    """404 until it is made, and when its week is over."""
    made = get_object_or_404(_rows(request, of(key)), pk=id)
    if not made.file:
        raise Http404
    return FileResponse(made.file.open("rb"), as_attachment=True, filename=made.name)
