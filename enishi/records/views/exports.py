"""Records as a file: CSV or Excel, the list as it is filtered and sorted."""

from django.db import transaction
from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from enishi.accounts.permissions import OfficeRequest, requires
from enishi.core import clock
from enishi.core.pages import BadCursor, page
from enishi.members.models import Field
from enishi.records.exporting import actions
from enishi.records.listing import Listing
from enishi.records.models import RecordExport
from enishi.ui.htmx import fresh_page

from .databases import TEMPLATES, database_of
from .records import seen_by

KINDS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@requires("records.export")
@require_GET
def export(request: OfficeRequest, key: str) -> HttpResponseBase:
    """``?format=csv|xlsx`` and the parameters of the list: the file, or the page on which it comes
    when it holds many. ``sensitive=yes``: with what is encrypted, as far as one may see it."""
    database = database_of(key)
    wanted = "xlsx" if request.GET.get("format") == "xlsx" else "csv"
    sensitive = request.GET.get("sensitive") == "yes"
    filters = {k: v for k, v in request.GET.lists() if k not in ("format", "cursor", "sensitive")}
    listing = Listing(database, request.GET, seen_by(request, database), by=request.user)
    if listing.problems.keys() - {
        "sort"
    }:  # a filter that cannot be read must not turn "those" into "everything"
        return redirect(f"{database.get_absolute_url()}?{request.GET.urlencode()}")
    rows = listing.rows
    if rows[: actions.AT_ONCE + 1].count() > actions.AT_ONCE:
        made = actions.start(
            database, filters=filters, wanted=wanted, sensitive=sensitive, by=request.user
        )
        return redirect("records:exported", key, made.pk)
    with transaction.atomic():
        made = actions.prepare(
            database,
            filters=filters,
            wanted=wanted,
            encoding="utf-8",
            sensitive=sensitive,
            by=request.user,
        )
        actions.make_at_once(made)
    with made.file.open("rb") as content:
        return _guarded(HttpResponse(content.read(), content_type=KINDS[wanted]), made.name)


@requires("records.export")
@require_GET
def exports(request: OfficeRequest, key: str) -> HttpResponse:
    """Who took what out of the database, and the files that are still there; others than those
    whose columns one may all see do not exist."""
    database = database_of(key)
    seen = [field.key for field in seen_by(request, database)]
    rows = RecordExport.objects.select_related("by", "job", "database")
    rows = rows.filter(database=database, columns__contained_by=seen)
    try:
        found = page(rows, sort=["-created_at"], cursor=request.GET.get("cursor", ""), limit=50)
    except BadCursor:
        return redirect("records:exports", key)
    return render(request, f"{TEMPLATES}/exports.html", {"page": found, "database": database})


@requires("records.export")
@require_GET
def exported(request: OfficeRequest, key: str, pk: int) -> HttpResponse:
    """How far the file is, and the file."""
    made = _of(request, key, pk)
    busy = made.job is not None and made.job.is_open
    if request.headers.get("HX-Request") == "true" and not busy:
        return fresh_page()
    fields = {field.key: str(field) for field in Field.objects.of(key)}
    context = {
        "made": made,
        "database": made.database,
        "busy": busy,
        "gone": not made.file or made.expires_at < clock.now(),
        "columns": [fields[one] for one in made.columns if one in fields],
    }
    part = "_exporting" if request.headers.get("HX-Request") == "true" else "export"
    return render(request, f"{TEMPLATES}/{part}.html", context)


@requires("records.export")
@require_GET
def file(request: OfficeRequest, key: str, pk: int) -> HttpResponseBase:
    """Hand out the file while its time lasts."""
    made = _of(request, key, pk)
    if not made.file or made.expires_at < clock.now():
        raise Http404(_("The time of this file is over. Export anew."))
    return _guarded(FileResponse(made.file.open("rb"), content_type=KINDS[made.format]), made.name)


def _of(request: OfficeRequest, key: str, pk: int) -> RecordExport:
    """The export, for those who may see all that is in it; for others it does not exist."""
    database = database_of(key)
    rows = RecordExport.objects.select_related("by", "job", "database")
    made = get_object_or_404(rows, pk=pk, database=database)
    if not {*made.columns} <= {field.key for field in seen_by(request, database)}:
        raise Http404
    return made


def _guarded(response: HttpResponseBase, name: str) -> HttpResponseBase:
    disposition = content_disposition_header(as_attachment=True, filename=name)
    response["Content-Disposition"] = disposition or "attachment"
    return response
