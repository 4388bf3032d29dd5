"""Importing a list into a database: choose the file, match its columns, check, import, undo."""

from typing import Any

from django.core.exceptions import BadRequest, PermissionDenied
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from enishi.accounts.permissions import OfficeRequest, requires
from enishi.core.pages import BadCursor, page
from enishi.members.importing import shown
from enishi.members.importing.mapping import tells_hidden
from enishi.members.importing.refusals import NotNow, Unreadable, WrongMapping
from enishi.records.importing import actions, mapping, preview
from enishi.records.models import RecordImport
from enishi.ui import toasts
from enishi.ui.htmx import fresh_page

from .databases import database_of
from .records import seen_by

TEMPLATES = "records/office/imports"
State = RecordImport.State


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
        of.tone = shown.tone(of)
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
    context = {
        "database": of.database,
        **shown.standing(of, ready=preview.is_ready(of)),
        **more,
    }
    if context["ready"]:
        fields = seen_by(request, of.database)
        for kind in ("changed", "new"):
            if of.counts.get(kind):
                context[kind] = preview.differences(of, kind, fields, limit=5)
    return render(request, f"{TEMPLATES}/import.html", context, status=status)


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
    context = {
        "database": of.database,
        "targets": mapping.targets(of.database, request.user),
        "error": error,
        "keys": mapping.keys_of(of.database, request.user),
        "key": request.POST.get("key", of.key),
        **shown.matching(of, chosen, labels),
    }
    return render(request, f"{TEMPLATES}/mapping.html", context, status=422 if error else 200)


@requires("records.edit")
@require_GET
def progress(request: OfficeRequest, key: str, pk: int) -> HttpResponse:
    """The progress of the work; sends the page on when it is over."""
    of = _of(request, key, pk)
    if of.state not in shown.BUSY:
        return fresh_page()
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
    return shown.errors_file(_of(request, key, pk))


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
