"""Importing a list into a database: choose the file, match its columns, check, import, undo."""

import csv
import io
from collections.abc import Iterator
from typing import Any

from django.core.exceptions import BadRequest, PermissionDenied
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from enishi.accounts.permissions import OfficeRequest, requires
from enishi.core.pages import BadCursor, page
from enishi.members.importing.mapping import tells_hidden
from enishi.members.importing.refusals import NotNow, Unreadable, WrongMapping
from enishi.members.models import ListImport
from enishi.records.exporting.writing import guarded
from enishi.records.importing import actions, mapping, preview
from enishi.records.models import RecordImport
from enishi.ui import toasts

from .databases import database_of
from .records import seen_by

TEMPLATES = "records/office/imports"
State = RecordImport.State
BUSY = (State.CHECKING, State.COMMITTING, State.UNDOING)
TONES = {
    State.DONE: "good",
    State.FAILED: "bad",
    State.CHECKED: "wait",
    State.UPLOADED: "wait",
    State.CHECKING: "info",
    State.COMMITTING: "info",
    State.UNDOING: "info",
}


def _of(request: OfficeRequest, key: str, pk: int) -> RecordImport:
    """The import, for those who may see every field that its columns go into."""
    rows = RecordImport.objects.select_related("job", "by", "database")
    found: RecordImport = get_object_or_404(rows, pk=pk, database=database_of(key))
    if tells_hidden(found.mapping, request.user, key):
        raise PermissionDenied(_("This list holds fields that you may not see."))
    return found


@requires("records.edit")
def imports(request: OfficeRequest, key: str) -> HttpResponse:
    """Past imports, and the place to drop a file on; POST takes the file in."""
    database, error = database_of(key), ""
    if request.method == "POST":
        file = request.FILES.get("file")
        if file is None:
            error = _("Choose a file first.")
        else:
            try:
                made = actions.receive(database, file, file.name or "", by=request.user)
            except Unreadable as unreadable:
                error = str(unreadable)
            else:
                return redirect("records:import_mapping", key, made.pk)
    rows = RecordImport.objects.filter(database=database).select_related("by", "database")
    try:
        found = page(rows, sort=["-created_at"], cursor=request.GET.get("cursor", ""), limit=20)
    except BadCursor:
        return redirect("records:imports", key)
    for of in found.items:
        of.tone = TONES.get(State(of.state), "")
    context = {"database": database, "page": found, "error": error}
    return render(request, f"{TEMPLATES}/imports.html", context, status=422 if error else 200)


@requires("records.edit")
@require_GET
def one(request: OfficeRequest, key: str, pk: int) -> HttpResponse:
    """Where an import stands: being worked on, checked, done, undone."""
    of = _of(request, key, pk)
    if of.state == State.UPLOADED:
        return redirect("records:import_mapping", key, pk)
    return _shown(request, of)


def _shown(
    request: OfficeRequest, of: RecordImport, status: int = 200, **more: Any
) -> HttpResponse:
    context: dict[str, Any] = {
        "of": of,
        "database": of.database,
        "busy": of.state in BUSY,
        "ready": preview.is_ready(of),
        "touched": of.counts.get("new", 0) + of.counts.get("changed", 0),
        "tone": TONES.get(State(of.state), ""),
        "step": 4 if of.state in (State.COMMITTING, State.DONE, State.UNDOING, State.UNDONE) else 3,
        **more,
    }
    if of.counts.get("wrong"):
        context["problems"] = _problems(of)[:20]
    if context["ready"]:
        fields = seen_by(request, of.database)
        for kind in ("changed", "new"):
            if of.counts.get(kind):
                context[kind] = preview.differences(of, kind, fields, limit=5)
    return render(request, f"{TEMPLATES}/import.html", context, status=status)


def _problems(of: RecordImport) -> Any:
    rows = of.problems.all()
    for row in rows:
        row.of = of
    return rows


@requires("records.edit")
def mapping_page(request: OfficeRequest, key: str, pk: int) -> HttpResponse:
    """Which column goes where. POST keeps it and begins the check."""
    of = _of(request, key, pk)
    if of.state not in (State.UPLOADED, State.CHECKED):
        return redirect(of)
    header: list[str] = of.found["header"]
    chosen, labels, error = dict(of.mapping), {}, ""
    if request.method == "POST":
        chosen = {str(i): request.POST.get(f"target-{i}", "ignore") for i in range(len(header))}
        labels = {str(i): request.POST.get(f"label-{i}", "") for i in range(len(header))}
        try:
            actions.set_mapping(
                of,
                mapping=chosen,
                labels=labels,
                key=request.POST.get("key"),
                by=request.user,
            )
            actions.check(of, by=request.user)
        except (WrongMapping, NotNow) as wrong:
            error = str(wrong)
        else:
            return redirect(of)
    samples = of.found.get("samples", [])
    columns = [
        {
            "index": i,
            "heading": of.heading(i),
            "values": [row[i] if i < len(row) else "" for row in samples],
            "target": chosen.get(str(i), "ignore"),
            "label": labels.get(str(i)) or of.new_fields.get(str(i), {}).get("label") or heading,
            "is_new": chosen.get(str(i), "").startswith("new."),
        }
        for i, heading in enumerate(header)
    ]
    context = {
        "of": of,
        "database": of.database,
        "columns": columns,
        "samples": len(samples),
        "targets": mapping.targets(of.database, request.user),
        "error": error,
        "ignored": sum(1 for c in columns if c["target"] == "ignore"),
        "made": sum(1 for c in columns if c["is_new"]),
        "keys": mapping.keys_of(of.database, request.user),
        "key": request.POST.get("key", of.key),
        **written_as(of),
    }
    return render(request, f"{TEMPLATES}/mapping.html", context, status=422 if error else 200)


def written_as(of: ListImport) -> dict[str, str]:
    """How the file is written, in words."""
    name = str(of.found.get("encoding", ""))
    words = {"cp932": "Shift_JIS (CP932)", "utf-8-sig": "UTF-8 (BOM)", "utf-8": "UTF-8"}
    encoding = "Excel" if of.found.get("format") == "xlsx" else words.get(name, name.upper())
    delimiters = {",": _("comma"), "\t": _("tab"), ";": _("semicolon")}
    return {
        "encoding": encoding,
        "delimiter": delimiters.get(of.found.get("delimiter", ""), ""),
    }


@requires("records.edit")
@require_GET
def progress(request: OfficeRequest, key: str, pk: int) -> HttpResponse:
    """The progress of the work; sends the page on when it is over."""
    of = _of(request, key, pk)
    if of.state not in BUSY:
        response = HttpResponse(status=204)
        response["HX-Refresh"] = "true"
        return response
    return render(request, "members/office/imports/_progress.html", {"of": of})


@requires("records.edit")
@require_GET
def rows(request: OfficeRequest, key: str, pk: int, kind: str) -> HttpResponse:
    """The rows that are new, or that change something."""
    of = _of(request, key, pk)
    if kind not in ("new", "changed"):
        raise Http404
    if not preview.is_ready(of):
        return redirect(of)
    try:
        after = max(0, min(int(request.GET.get("after", "0")), 2**62))
    except ValueError as error:
        raise BadRequest from error
    fields = seen_by(request, of.database)
    found = preview.differences(of, kind, fields, after=after, limit=preview.ROWS + 1)
    more = len(found) > preview.ROWS
    found = found[: preview.ROWS]
    context = {
        "of": of,
        "database": of.database,
        "kind": kind,
        "found": found,
        "count": of.counts.get(kind, 0),
        "after": after,
        "next": found[-1].line if more else None,
    }
    return render(request, f"{TEMPLATES}/rows.html", context)


@requires("records.edit")
@require_GET
def errors_file(request: OfficeRequest, key: str, pk: int) -> StreamingHttpResponse:
    """The errors as CSV, to mend the list by."""
    of = _of(request, key, pk)

    def lines() -> Iterator[str]:
        yield "\ufeff"
        yield _line([_("Line"), _("Column"), _("Value"), _("Reason")])
        for problem in of.problems.iterator(chunk_size=2000):
            problem.of = of
            yield _line([str(problem.line), problem.heading, problem.value, problem.reason])

    response = StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="errors-{of.pk}.csv"'
    return response


def _line(cells: list[str]) -> str:
    into = io.StringIO()
    csv.writer(into, lineterminator="\r\n").writerow([guarded(cell) for cell in cells])
    return into.getvalue()


@requires("records.edit")
@require_POST
def check(request: OfficeRequest, key: str, pk: int) -> HttpResponse:
    """Check again."""
    return _done(request, _of(request, key, pk), lambda of: actions.check(of, by=request.user))


@requires("records.edit")
@require_POST
def commit(request: OfficeRequest, key: str, pk: int) -> HttpResponse:
    """Import what was checked; ``skip`` leaves the wrong rows out."""
    skip = bool(request.POST.get("skip"))
    return _done(
        request,
        _of(request, key, pk),
        lambda of: actions.commit(of, by=request.user, skip_errors=skip),
    )


@requires("records.edit")
@require_POST
def undoing(request: OfficeRequest, key: str, pk: int) -> HttpResponse:
    """Take the import back; when edited records stand in the way, show them first."""
    of, leave = _of(request, key, pk), bool(request.POST.get("leave_edited"))
    try:
        return _done(request, of, lambda of: actions.undo(of, by=request.user, leave_edited=leave))
    except actions.InTheWay as stuck:
        return _shown(request, of, status=409, stuck=stuck)


@requires("records.edit")
@require_POST
def cancellation(request: OfficeRequest, key: str, pk: int) -> HttpResponse:
    """Stop the work, or drop an import that was not made."""
    of = _of(request, key, pk)
    answer = _done(request, of, actions.cancel)
    of.refresh_from_db()
    if of.state == State.CANCELLED:
        toasts.say(request, _("The import was dropped. Nothing was changed."))
        return redirect("records:imports", key)
    return answer


def _done(request: OfficeRequest, of: RecordImport, do: Any) -> HttpResponse:
    try:
        do(of)
    except NotNow as no:
        toasts.say(request, no.reason)
    return redirect(of)
