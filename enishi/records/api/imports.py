"""Imports into a database: send a list, see what it would change, commit it, take it back."""

import json
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from ninja import Field as Described
from ninja import File, Form, Router, Schema, Status
from ninja.files import UploadedFile

from enishi.accounts.api import WrongInput, needs
from enishi.core.pages import page
from enishi.members.api.imports import (
    MOST_ERRORS,
    CellError,
    CommitOptions,
    ImportCounts,
    ImportProgress,
    UndoOptions,
    said_of,
    skips,
)
from enishi.members.importing.mapping import tells_hidden
from enishi.members.importing.refusals import NotNow, Unreadable, WrongMapping
from enishi.records.importing import actions, preview
from enishi.records.models import Database, RecordImport

from .databases import READ, by_of, of, seen

router = Router(tags=["databases"])
WRITE = needs("records:write")


class RecordImportAnswer(Schema):
    """A list on its way into a database. ``mapping``: index of the column → target."""

    id: int
    file: str
    state: str
    problem: str = Described("", description="why the last step did not work")
    key: str
    on_error: str
    found: dict[str, Any]
    mapping: dict[str, str]
    counts: ImportCounts
    errors: list[CellError]
    progress: ImportProgress | None


class RecordImportPage(Schema):
    """Imports, newest first."""

    items: list[RecordImportAnswer]
    next: str | None


class RecordImportOptions(Schema):
    """How the list is read. ``mapping``: heading (or index) → target, for what is to differ."""

    key: str | None = Described(
        None, description='"id", "data.<key>" of a unique field, or "": all rows are new'
    )
    on_error: str = Described("stop", description="stop: all or nothing; skip: leave wrong rows")
    mapping: str = Described(
        "",
        description='JSON such as {"会員": "member", "状態": "data.state", "メモ": "new.text"}',
    )
    commit: bool = Described(default=False, description="true: import at once, without a dry run")


class RecordChange(Schema):
    """One row of the file, and each value that it would bring."""

    line: int
    record: int | None
    changes: list[dict[str, str]]


def _answer(found: RecordImport, *, errors: bool = True) -> dict[str, Any]:
    problems = found.problems.select_related("of")[:MOST_ERRORS] if errors else []
    return said_of(found, problems, cells=errors)


def _found(request: HttpRequest, database: Database, id: int) -> RecordImport:
    """The import, for those who may see every field that its columns go into."""
    rows = RecordImport.objects.select_related("job", "database")
    row: RecordImport = get_object_or_404(rows, pk=id, database=database)
    if tells_hidden(row.mapping, by_of(request), database.key):
        raise PermissionDenied
    return row


@router.get(
    "/databases/{key}/imports",
    response=RecordImportPage,
    auth=READ,
    summary="Imports of a database",
)
def imports(request: HttpRequest, key: str, cursor: str = "", limit: int = 50) -> dict[str, Any]:
    """Newest first, without their errors."""
    rows = RecordImport.objects.filter(database=of(key)).select_related("job")
    shown = page(rows, sort=["-created_at"], cursor=cursor, limit=max(1, min(limit, 200)))
    return {
        "items": [_answer(one, errors=False) for one in shown.items],
        "next": shown.next or None,
    }


@router.post(
    "/databases/{key}/imports",
    response={201: RecordImportAnswer},
    auth=WRITE,
    summary="Send a list for a database",
)
def send(
    request: HttpRequest, key: str, file: File[UploadedFile], options: Form[RecordImportOptions]
) -> Status[dict[str, Any]]:
    """CSV in any usual encoding, or XLSX. It is checked in the background (or imported at once)."""
    database, by, skip = of(key), by_of(request), skips(options.on_error)
    try:
        wanted = json.loads(options.mapping) if options.mapping else {}
    except ValueError:
        wanted = ""
    if not isinstance(wanted, dict) or not all(isinstance(t, str) for t in wanted.values()):
        raise WrongInput([("mapping", _("Write a JSON object of headings and fields."))])
    try:
        made = actions.receive(database, file, file.name or "", by=by)
    except Unreadable as unreadable:
        raise WrongInput([("file", str(unreadable))]) from unreadable
    header = made.found["header"]
    mapping = {
        str(header.index(name)) if name in header else name: target
        for name, target in wanted.items()
    }
    try:
        made = actions.set_mapping(made, mapping=mapping, key=options.key, skip_errors=skip, by=by)
    except WrongMapping as wrong:
        actions.cancel(made)
        raise WrongInput([("mapping", str(wrong))]) from wrong
    if options.commit:
        actions.commit(made, by=by)
    else:
        actions.check(made, by=by)
    return Status(201, _answer(_found(request, database, made.pk)))


@router.get(
    "/databases/{key}/imports/{id}",
    response=RecordImportAnswer,
    auth=READ,
    summary="One import of a database",
)
def one(request: HttpRequest, key: str, id: int) -> dict[str, Any]:
    """State, counts, errors and progress."""
    return _answer(_found(request, of(key), id))


@router.get(
    "/databases/{key}/imports/{id}/rows",
    response=list[RecordChange],
    auth=READ,
    summary="What an import would change in a database",
)
def rows(  # noqa: PLR0917  # the parameters of the address
    request: HttpRequest, key: str, id: int, kind: str = "changed", after: int = 0, limit: int = 50
) -> list[dict[str, Any]]:
    """Rows of a checked import that are ``new`` or ``changed``, beyond line ``after``."""
    database = of(key)
    found = _found(request, database, id)
    if kind not in ("new", "changed"):
        raise WrongInput([("kind", _("Write new or changed."))])
    if not preview.is_ready(found):
        raise NotNow
    told = preview.differences(
        found,
        kind,
        seen(request, database),
        after=max(0, min(after, 2**62)),
        limit=max(1, min(limit, 500)),
    )
    return [{"line": d.line, "record": d.record, "changes": d.changes} for d in told]


@router.post(
    "/databases/{key}/imports/{id}/commit",
    response={202: RecordImportAnswer},
    auth=WRITE,
    summary="Commit an import into a database",
)
def commit(
    request: HttpRequest, key: str, id: int, options: CommitOptions | None = None
) -> Status[dict[str, Any]]:
    """Write the rows, in the background, all or nothing."""
    database = of(key)
    skip = skips(options.on_error if options else None)
    actions.commit(_found(request, database, id), by=by_of(request), skip_errors=skip)
    return Status(202, _answer(_found(request, database, id)))


@router.post(
    "/databases/{key}/imports/{id}/undo",
    response={202: RecordImportAnswer},
    auth=WRITE,
    summary="Undo an import into a database",
)
def undo(
    request: HttpRequest, key: str, id: int, options: UndoOptions | None = None
) -> Status[dict[str, Any]]:
    """Take it back, in the background. 409 tells which records stand in the way."""
    database = of(key)
    leave = bool(options and options.leave_edited)
    actions.undo(_found(request, database, id), by=by_of(request), leave_edited=leave)
    return Status(202, _answer(_found(request, database, id)))


@router.delete(
    "/databases/{key}/imports/{id}",
    response={204: None},
    auth=WRITE,
    summary="Drop an import into a database",
)
def drop(request: HttpRequest, key: str, id: int) -> Status[None]:
    """Stop the work that goes on, or drop an import that was never made."""
    actions.cancel(_found(request, of(key), id))
    return Status(204, None)
