"""Importing a list, step by step: choose the file, match its columns, check, import, undo."""

from pathlib import Path
from typing import Any

from django.contrib.staticfiles import finders
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from enishi.accounts.permissions import requires
from enishi.core.pages import BadCursor, page
from enishi.members.fields import BUILT_IN, editable_fields, type_of
from enishi.members.importing import actions, doubles, preview, shown
from enishi.members.importing import undoing as undo
from enishi.members.importing.mapping import NEW_TYPES, TARGETS, closed_targets, tells_hidden
from enishi.members.importing.refusals import NotNow, Unreadable, WrongMapping
from enishi.members.models import Field, Import
from enishi.ui import toasts
from enishi.ui.htmx import fresh_page

State = Import.State


@requires("imports.edit")
def imports(request: HttpRequest) -> HttpResponse:
    """Past imports, and the place to drop a file on; POST takes the file in."""
    error = ""
    if request.method == "POST":
        file = request.FILES.get("file")
        if file is None:
            error = _("Choose a file first.")
        else:
            try:
                made = actions.receive(file, file.name or "", by=request.user)
            except Unreadable as unreadable:
                error = str(unreadable)
            else:
                return redirect("members:import_mapping", made.pk)
    rows = Import.objects.select_related("by")
    try:
        found = page(rows, sort=["-created_at"], cursor=request.GET.get("cursor", ""), limit=20)
    except BadCursor:
        return redirect("members:imports")
    for of in found.items:
        of.tone = shown.tone(of)
    context = {"page": found, "error": error}
    return render(
        request, "members/office/imports/imports.html", context, status=422 if error else 200
    )


@requires("imports.edit")
@require_GET
def sample(_request: HttpRequest) -> HttpResponseBase:
    """A messy list to try the import with."""
    path = finders.find("members/sample-roster.csv")
    if not isinstance(path, str):
        raise Http404
    name = _("Sample list of members")
    return FileResponse(Path(path).open("rb"), as_attachment=True, filename=f"{name}.csv")


def _opened(request: HttpRequest, pk: int) -> Import:
    """The import, for those who may see every field that its columns go into."""
    of: Import = get_object_or_404(Import.objects.select_related("job", "by"), pk=pk)
    if tells_hidden(of.mapping, request.user):
        raise PermissionDenied(_("This list holds fields that you may not see."))
    return of


@requires("imports.edit")
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """Where an import stands: being worked on, checked, done, undone."""
    of = _opened(request, pk)
    if of.state == State.UPLOADED:
        return redirect("members:import_mapping", pk)
    return _shown(request, of)


def _shown(request: HttpRequest, of: Import, status: int = 200, **more: Any) -> HttpResponse:
    context = {**shown.standing(of, ready=preview.is_ready(of)), **more}
    if context["ready"]:
        for kind in ("changed", "new"):
            if of.counts.get(kind):
                context[kind] = preview.differences(of, kind, limit=5, as_read=True)
    if of.state == State.CHECKED:
        context["alike"] = doubles.told(of, 20, by=request.user)
        context["types"] = _unknown_types(of)
    return render(request, "members/office/imports/import.html", context, status=status)


def _unknown_types(of: Import) -> bool:
    from enishi.members.importing.sentences import NOT_A_TYPE

    return not of.create_types and of.problems.filter(msgid=NOT_A_TYPE).exists()


@requires("imports.edit")
def mapping(request: HttpRequest, pk: int) -> HttpResponse:
    """Which column goes where. POST keeps it and begins the check."""
    of = _opened(request, pk)
    if of.state not in (State.UPLOADED, State.CHECKED):
        return redirect("members:import", pk)
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
                key=request.POST.get("key") or None,
                create_types=bool(request.POST.get("create_types")),
            )
            actions.check(of, by=request.user)
        except (WrongMapping, NotNow) as wrong:
            error = getattr(wrong, "reason", str(wrong))
        else:
            return redirect("members:import", pk)
    context = {
        "targets": _targets(request.user),
        "error": error,
        "keys": Import.Key.choices,
        "key": request.POST.get("key") or of.key,
        **shown.matching(of, chosen, labels),
    }
    return render(
        request, "members/office/imports/mapping.html", context, status=422 if error else 200
    )


def _targets(by: Any) -> list[tuple[str, list[tuple[str, str]]]]:
    """What a column can go into, in groups for a select."""
    fields, closed = BUILT_IN | editable_fields(by), closed_targets(by)
    whole = {
        "name": _("Name (family and given)"),
        "kana": _("Kana (family and given)"),
        "address": _("Address (in one cell)"),
    }
    built_in = [
        (key, whole.get(key) or str(fields[key].label))
        for key in TARGETS
        if key in whole or key in fields
        if key not in closed
    ]
    own = [
        (key, str(f.label))
        for key, f in fields.items()
        if f.own is not None and type_of(f.own).may_be_typed
    ]
    new = [(f"new.{kind}", str(Field.Type(kind).label)) for kind in NEW_TYPES]
    groups = [(_("Fields of the roll"), built_in)]
    if own:
        groups.append((_("Own fields"), own))
    return [*groups, (_("A new own field, holding"), new)]


@requires("imports.edit")
@require_GET
def progress(request: HttpRequest, pk: int) -> HttpResponse:
    """The progress of the work, for the page that shows it; sends the page on when it is over."""
    of = _opened(request, pk)
    if of.state not in shown.BUSY:
        return fresh_page()
    return render(request, "members/office/imports/_progress.html", {"of": of})


@requires("imports.edit")
@require_GET
def rows(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """The rows that are new, or that change something."""
    of = _opened(request, pk)
    if kind not in ("new", "changed"):
        raise Http404
    if not preview.is_ready(of):
        return redirect("members:import", pk)
    try:
        after = int(request.GET.get("after", "0"))
    except ValueError as error:
        raise BadRequest from error
    after = max(0, min(after, 2**62))
    found = preview.differences(of, kind, after=after, limit=preview.ROWS + 1, as_read=True)
    more = len(found) > preview.ROWS
    found = found[: preview.ROWS]
    context = {
        "of": of,
        "kind": kind,
        "found": found,
        "count": of.counts.get(kind, 0),
        "after": after,
        "next": found[-1].line if more else None,
    }
    return render(request, "members/office/imports/rows.html", context)


@requires("imports.edit")
@require_GET
def errors(request: HttpRequest, pk: int) -> HttpResponse:
    """Every cell that cannot be imported, and why."""
    of = _opened(request, pk)
    try:
        found = page(
            of.problems.select_related("of"),
            sort=["line"],
            cursor=request.GET.get("cursor", ""),
            limit=100,
        )
    except BadCursor:
        return redirect("members:import_errors", pk)
    return render(request, "members/office/imports/errors.html", {"of": of, "page": found})


@requires("imports.edit")
@require_GET
def errors_file(request: HttpRequest, pk: int) -> StreamingHttpResponse:
    """The errors as CSV, to mend the list by."""
    return shown.errors_file(_opened(request, pk))


@requires("imports.edit")
@require_POST
def check(request: HttpRequest, pk: int) -> HttpResponse:
    """Check again, letting the import create the member types that the roll does not know."""
    of = _opened(request, pk)
    try:
        if request.POST.get("create_types"):
            of = actions.set_mapping(of, create_types=True)
        actions.check(of, by=request.user)
    except (WrongMapping, NotNow) as wrong:
        toasts.say(request, getattr(wrong, "reason", str(wrong)))
    return redirect("members:import", pk)


@requires("imports.edit")
@require_POST
def commit(request: HttpRequest, pk: int) -> HttpResponse:
    """Import what was checked; ``skip`` leaves the wrong rows out."""
    of = _opened(request, pk)
    try:
        actions.commit(of, by=request.user, skip_errors=bool(request.POST.get("skip")))
    except NotNow as no:
        toasts.say(request, no.reason)
    return redirect("members:import", pk)


@requires("imports.edit")
@require_POST
def undoing(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the import back; when edited members stand in the way, show them first."""
    of = _opened(request, pk)
    try:
        undo.undo(of, by=request.user, leave_edited=bool(request.POST.get("leave_edited")))
    except undo.InTheWay as stuck:
        return _shown(request, of, status=409, stuck=stuck)
    except NotNow as no:
        toasts.say(request, no.reason)
    return redirect("members:import", pk)


@requires("imports.edit")
@require_POST
def cancellation(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop the work, or drop an import that was not made."""
    of = _opened(request, pk)
    try:
        actions.cancel(of)
    except NotNow as no:
        toasts.say(request, no.reason)
    of.refresh_from_db()
    if of.state == State.CANCELLED:
        toasts.say(request, _("The import was dropped. Nothing was changed."))
        return redirect("members:imports")
    return redirect("members:import", pk)
