"""Imports: send a list, see what it would change, commit it, take it back."""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from ninja import Field as Described
from ninja import File, Form, Router, Schema, Status
from ninja.files import UploadedFile

from enishi.accounts.api import WrongInput
from enishi.core.pages import page
from enishi.members.importing import actions, preview, undoing
from enishi.members.importing.mapping import tells_hidden
from enishi.members.importing.refusals import NotNow, Unreadable, WrongMapping
from enishi.members.models import CellProblem, Import

from .members import READ, WRITE, by_of

router = Router(tags=["imports"])

MOST_ERRORS = 1000
COUNTS = ("rows", "new", "changed", "same", "wrong", "ignored")


class CellError(Schema):
    """A cell that cannot be imported. ``line``: physical line of the file, from 1."""

    line: int
    column: str
    value: str
    reason: str


class ImportCounts(Schema):
    """Rows of the file by what becomes of them. ``ignored``: titles, totals, blank lines."""

    rows: int
    new: int
    changed: int
    same: int
    wrong: int
    ignored: int


class ImportProgress(Schema):
    """How far the background work is; ``total`` is null while nobody can know it."""

    done: int
    total: int | None
    note: str


class ImportAnswer(Schema):
    """A list on its way into the roll.

    ``state``: uploaded, checking, checked, committing, done, failed, cancelled, undoing, undone.
    ``mapping``: index of the column → field. ``errors`` holds the first thousand.
    """

    id: int
    file: str
    state: str
    problem: str = Described("", description="why the last step did not work")
    key: str
    on_error: str
    create_types: bool
    found: dict[str, Any]
    mapping: dict[str, str]
    counts: ImportCounts
    errors: list[CellError]
    progress: ImportProgress | None
    created_at: datetime
    committed_at: datetime | None
    undone_at: datetime | None


class ImportPage(Schema):
    """Imports, newest first."""

    items: list[ImportAnswer]
    next: str | None


class ImportOptions(Schema):
    """How the list is read. ``mapping``: heading (or index) → field, for what is to differ."""

    key: str = Described("", description="number, email or name_birth; by default the surest")
    on_error: str = Described("stop", description="stop: all or nothing; skip: leave wrong rows")
    create_types: bool = False
    mapping: str = Described("", description='JSON such as {"氏名": "name", "メモ": "ignore"}')
    commit: bool = Described(default=False, description="true: import at once, without a dry run")
    dry_run: bool = Described(default=True, description="false: the same as commit")


class ImportChanges(Schema):
    """What is to be read otherwise; the check must be asked for again."""

    key: str | None = None
    on_error: str | None = None
    create_types: bool | None = None
    mapping: dict[str, str] | None = None


class CommitOptions(Schema):
    """``on_error``: as when the list was sent, unless said here."""

    on_error: str | None = None


class UndoOptions(Schema):
    """``leave_edited``: undo all but members that were edited since."""

    leave_edited: bool = False


class Change(Schema):
    """One row of the file: whom it is about, and each value that would change."""

    line: int
    member: int | None
    number: str
    name: str
    changes: list[dict[str, Any]]
    values: dict[str, Any]


def _answer(of: Import, *, errors: bool = True) -> dict[str, Any]:
    problems = of.problems.select_related("of")[:MOST_ERRORS] if errors else []
    return said_of(of, problems, cells=errors) | {
        "create_types": of.create_types,
        "created_at": of.created_at,
        "committed_at": of.committed_at,
        "undone_at": of.undone_at,
    }


def said_of(of: Any, problems: Iterable[CellProblem], *, cells: bool) -> dict[str, Any]:
    """What is told of every import, into the roll or into a database.

    Without ``cells`` for a list of imports: some hold what whoever asks may not see.
    """
    job = of.job
    of_cells = () if cells else ("samples", "unnamed")
    return {
        "id": of.pk,
        "file": of.name,
        "state": of.state,
        "problem": of.problem,
        "key": of.key,
        "on_error": "skip" if of.skip_errors else "stop",
        "found": {name: value for name, value in of.found.items() if name not in of_cells},
        "mapping": of.mapping,
        "counts": {name: of.counts.get(name, 0) for name in COUNTS},
        "errors": [
            {"line": p.line, "column": p.heading, "value": p.value, "reason": p.reason}
            for p in problems
        ],
        "progress": {"done": job.done, "total": job.total, "note": job.note}
        if job is not None and job.is_open
        else None,
    }


def _found(request: HttpRequest, id: int) -> Import:
    """The import, for those who may see every field that its columns go into."""
    of: Import = get_object_or_404(Import.objects.select_related("job"), pk=id)
    if tells_hidden(of.mapping, by_of(request)):
        raise PermissionDenied
    return of


def _may_import(request: HttpRequest) -> None:
    """The scope members:write lets a program change members; its maker must also may import."""
    _maker_may(request, "imports.edit")


def _may_look(request: HttpRequest) -> None:
    """Lists hold more than the roll does: whoever made the token must be allowed to see imports."""
    _maker_may(request, "imports.view")


def _maker_may(request: HttpRequest, right: str) -> None:
    maker = by_of(request)
    if maker is not None and not maker.has_right(right):
        raise PermissionDenied


def skips(on_error: str | None) -> bool | None:
    if on_error not in (None, "skip", "stop"):
        raise WrongInput([("on_error", _("Write skip or stop."))])
    return None if on_error is None else on_error == "skip"


def _mapping(of: Import, wanted: dict[str, str] | None) -> dict[str, str] | None:
    """Headings as indexes."""
    if wanted is None:
        return None
    header = of.found["header"]
    return {
        str(header.index(name)) if name in header else name: target
        for name, target in wanted.items()
    }


@router.get("/imports", response=ImportPage, auth=READ, summary="Imports")
def imports(request: HttpRequest, cursor: str = "", limit: int = 50) -> dict[str, Any]:
    """Newest first, without their errors."""
    _may_look(request)
    rows = Import.objects.select_related("job")
    shown = page(rows, sort=["-created_at"], cursor=cursor, limit=max(1, min(limit, 200)))
    items = [_answer(of, errors=False) for of in shown.items]
    return {"items": items, "next": shown.next or None}


@router.post("/imports", response={201: ImportAnswer}, auth=WRITE, summary="Send a list")
def send(
    request: HttpRequest,
    file: File[UploadedFile],
    options: Form[ImportOptions],
) -> Status[dict[str, Any]]:
    """CSV in any usual encoding, or XLSX. It is checked in the background (or imported at once)."""
    _may_import(request)
    skip = skips(options.on_error)
    try:
        wanted = json.loads(options.mapping) if options.mapping else None
    except ValueError:
        wanted = ""
    if wanted is not None and not (
        isinstance(wanted, dict) and all(isinstance(target, str) for target in wanted.values())
    ):
        raise WrongInput([("mapping", _("Write a JSON object of headings and fields."))])
    by = by_of(request)
    try:
        of = actions.receive(file, file.name or "", by=by)
    except Unreadable as unreadable:
        raise WrongInput([("file", str(unreadable))]) from unreadable
    try:
        of = actions.set_mapping(
            of,
            mapping=_mapping(of, wanted),
            key=options.key or None,
            skip_errors=skip,
            create_types=options.create_types,
        )
    except WrongMapping as wrong:
        actions.cancel(of)
        raise WrongInput([("mapping", str(wrong))]) from wrong
    if options.commit or not options.dry_run:
        actions.commit(of, by=by)
    else:
        actions.check(of, by=by)
    return Status(201, _answer(_found(request, of.pk)))


@router.get("/imports/{id}", response=ImportAnswer, auth=READ, summary="One import")
def one(request: HttpRequest, id: int) -> dict[str, Any]:
    """State, counts, errors and progress."""
    _may_look(request)
    return _answer(_found(request, id))


@router.patch("/imports/{id}", response=ImportAnswer, auth=WRITE, summary="Read a list otherwise")
def change(request: HttpRequest, id: int, values: ImportChanges) -> dict[str, Any]:
    """Change mapping, key or what happens to wrong rows, and check again."""
    _may_import(request)
    of = _found(request, id)
    try:
        actions.set_mapping(
            of,
            mapping=_mapping(of, values.mapping),
            key=values.key,
            skip_errors=skips(values.on_error),
            create_types=values.create_types,
        )
    except WrongMapping as wrong:
        raise WrongInput([("mapping", str(wrong))]) from wrong
    actions.check(of, by=by_of(request))
    return _answer(_found(request, id))


@router.get("/imports/{id}/rows", response=list[Change], auth=READ, summary="What would change")
def rows(
    request: HttpRequest,
    id: int,
    kind: str = "changed",
    after: int = 0,
    limit: int = 50,
) -> list[dict[str, Any]]:
    """Rows of a checked import that are ``new`` or ``changed``, beyond line ``after``."""
    _may_look(request)
    of = _found(request, id)
    if kind not in ("new", "changed"):
        raise WrongInput([("kind", _("Write new or changed."))])
    if not preview.is_ready(of):
        raise NotNow
    found = preview.differences(
        of, kind, after=max(0, min(after, 2**62)), limit=max(1, min(limit, 500))
    )
    return [
        {
            "line": d.line,
            "member": d.member_id,
            "number": d.number,
            "name": d.name,
            "changes": [{k: str(v) for k, v in c.items()} for c in d.changes],
            "values": {k: str(v) for k, v in d.values.items()},
        }
        for d in found
    ]


@router.post("/imports/{id}/commit", response={202: ImportAnswer}, auth=WRITE, summary="Commit")
def commit(
    request: HttpRequest,
    id: int,
    options: CommitOptions | None = None,
) -> Status[dict[str, Any]]:
    """Bring the rows into the roll, in the background, all or nothing."""
    _may_import(request)
    skip = skips(options.on_error if options else None)
    actions.commit(_found(request, id), by=by_of(request), skip_errors=skip)
    return Status(202, _answer(_found(request, id)))


@router.post("/imports/{id}/undo", response={202: ImportAnswer}, auth=WRITE, summary="Undo")
def undo(
    request: HttpRequest,
    id: int,
    options: UndoOptions | None = None,
) -> Status[dict[str, Any]]:
    """Take an import back, in the background. 409 tells which members stand in the way."""
    _may_import(request)
    undoing.undo(
        _found(request, id), by=by_of(request), leave_edited=bool(options and options.leave_edited)
    )
    return Status(202, _answer(_found(request, id)))


@router.delete("/imports/{id}", response={204: None}, auth=WRITE, summary="Drop an import")
def drop(request: HttpRequest, id: int) -> Status[None]:
    """Stop the work that goes on, or drop an import that was never made."""
    _may_import(request)
    actions.cancel(_found(request, id))
    return Status(204, None)
