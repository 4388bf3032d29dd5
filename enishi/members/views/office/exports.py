"""Exporting members: which columns, as what, for what purpose; then the file, for a week."""

from typing import Any

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from enishi.accounts.permissions import requires
from enishi.core import clock
from enishi.core.pages import BadCursor, page
from enishi.core.refusals import Refusal
from enishi.members.exporting import actions
from enishi.members.exporting.columns import every_column, may_read, usual_columns
from enishi.members.listing import Listing
from enishi.members.models import Export
from enishi.ui.htmx import fresh_page

TRAVEL = {"csrfmiddlewaretoken", "columns", "format", "encoding", "reason", "cursor", "do", "tag"}


@requires("members.export")
@require_GET
def exports(request: HttpRequest) -> HttpResponse:
    """Who took what out of the roll, and the files that are still there."""
    rows = Export.objects.select_related("by", "job")
    try:
        found = page(rows, sort=["-created_at"], cursor=request.GET.get("cursor", ""), limit=50)
    except BadCursor:
        return redirect("members:exports")
    return render(request, "members/office/exports/exports.html", {"page": found})


@requires("members.export")
def new(request: HttpRequest) -> HttpResponse:
    """Choose columns, format and purpose. The filters of the list travel along."""
    asked = request.POST if request.method == "POST" else request.GET
    listing = Listing(_selection(asked), by=request.user)
    chosen = asked.getlist("columns") or usual_columns(request.user)
    error = ""
    if request.method == "POST":
        try:
            made = actions.start(
                columns=chosen,
                filters=_plain(_selection(asked)),
                format=asked.get("format", "csv"),
                encoding=asked.get("encoding", "utf-8"),
                reason=asked.get("reason", ""),
                by=request.user,
            )
        except Refusal as no:
            error = str(no)
        else:
            return redirect("members:export", made.pk)
    context: dict[str, Any] = {
        "columns": [(key, f.label, key in chosen) for key, f in every_column(request.user).items()],
        "kept": [(k, v) for k, values in _selection(asked).lists() for v in values],
        "said": listing.said,
        "ids": len(asked.getlist("ids")) if not asked.get("all") else 0,
        "search": listing.text,
        "count": listing.count(),
        "format": asked.get("format", "csv"),
        "encoding": asked.get("encoding", "utf-8"),
        "reason": asked.get("reason", ""),
        "error": error,
    }
    return render(request, "members/office/exports/new.html", context, status=422 if error else 200)


def _selection(asked: QueryDict) -> QueryDict:
    """The parameters that choose members: the list's own, without those of the form."""
    kept = asked.copy()
    for name in TRAVEL & set(kept):
        del kept[name]
    if kept.pop("all", None):
        kept.pop("ids", None)
    return kept


def _plain(asked: QueryDict) -> dict[str, list[str]]:
    return {key: [value for value in values if value] for key, values in asked.lists()}


@requires("members.export")
@require_GET
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """How far the file is, and the file."""
    made = get_object_or_404(Export.objects.select_related("by", "job"), pk=pk)
    labels = every_column(request.user)
    context = {
        "made": made,
        "busy": made.job is not None and made.job.is_open,
        "gone": not made.file or made.expires_at < clock.now(),
        "closed": not may_read(made, request.user),
        "columns": [labels[key].label for key in made.columns if key in labels],
        "lost": sorted(made.lost_characters.items()),
    }
    return render(request, "members/office/exports/export.html", context)


@requires("members.export")
@require_GET
def progress(request: HttpRequest, pk: int) -> HttpResponse:
    """The progress of the work, for the page that shows it; sends the page on when it is over."""
    made = get_object_or_404(Export.objects.select_related("job"), pk=pk)
    if made.job is None or not made.job.is_open:
        return fresh_page()
    return render(request, "members/office/exports/_progress.html", {"made": made})


@requires("members.export")
@require_GET
def file(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Hand out the file while its time lasts, to those who may see all that is in it."""
    made = get_object_or_404(Export, pk=pk)
    if not may_read(made, request.user):
        raise Http404
    if not made.file or made.expires_at < clock.now():
        raise Http404(_("The time of this file is over. Export anew."))
    return FileResponse(made.file.open("rb"), as_attachment=True, filename=made.name)
