"""宛名: for a selection or a whole filter, on which sheet; then the PDF, for a week."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from enishi.accounts.permissions import OfficeRequest, requires
from enishi.core import clock
from enishi.core.pages import BadCursor, page
from enishi.core.refusals import Refusal
from enishi.members.labels import actions
from enishi.members.labels.sheets import SHEETS
from enishi.members.listing import Listing
from enishi.members.models import LabelPrint
from enishi.ui.htmx import fresh_page

OPTIONS = (
    *("sheet", "direction", "font", "first", "per_household", "with_number"),
    *("postal_boxes", "order", "shift_x", "shift_y"),
)
TRAVEL = {"csrfmiddlewaretoken", "cursor", "do", "tag", *OPTIONS}
REASONS = {
    "deceased": gettext_lazy("deceased"),
    "no_address": gettext_lazy("no postal address"),
    "household": gettext_lazy("on the label of their household"),
}
ORDERS = (
    ("kana", gettext_lazy("Kana")),
    ("postal", gettext_lazy("Postal code")),
    ("number", gettext_lazy("Member number")),
)


@requires("members.export")
@require_GET
def labels(request: HttpRequest) -> HttpResponse:
    """Who made which labels, and the files that are still there."""
    rows = LabelPrint.objects.select_related("by", "job")
    try:
        found = page(rows, sort=["-created_at"], cursor=request.GET.get("cursor", ""), limit=50)
    except BadCursor:
        return redirect("members:labels")
    return render(request, "members/office/labels/labels.html", {"page": found})


def selection(asked: QueryDict) -> QueryDict:
    """The parameters that choose members, without those of the form."""
    kept = asked.copy()
    for name in TRAVEL & set(kept):
        del kept[name]
    if kept.pop("all", None):
        kept.pop("ids", None)
    return kept


def _plain(asked: QueryDict) -> dict[str, list[str]]:
    return {key: [value for value in values if value] for key, values in asked.lists()}


def _said(asked: QueryDict) -> dict[str, str]:
    return {name: asked.get(name, "") for name in OPTIONS}


@requires("members.export")
def new(request: OfficeRequest) -> HttpResponse:
    """Choose the sheet and how it is written; a picture shows the first page."""
    asked = request.POST if request.method == "POST" else request.GET
    chosen = selection(asked)
    errors: dict[str, str] = {}
    refused = ""
    if request.method == "POST":
        try:
            options = actions.options_from(_said(asked))
            made = actions.start(filters=_plain(chosen), options=options, by=request.user)
        except Refusal as no:
            errors = dict(no.errors)
            refused = "" if errors else str(no)
        else:
            return redirect("members:label_print", made.pk)
    listing = Listing(chosen, by=request.user)
    ids = len(asked.getlist("ids")) if not asked.get("all") else 0
    context: dict[str, Any] = {
        "sheets": SHEETS.values(),
        "orders": ORDERS,
        "asked": {"sheet": "a4-12", "direction": "horizontal", "font": "serif", "order": "kana"}
        | {name: value for name, value in _said(asked).items() if value},
        "kept": [(k, v) for k, values in chosen.lists() for v in values],
        "said": listing.said,
        "search": listing.text,
        "ids": ids,
        "count": listing.count() if not ids else None,
        "errors": errors,
        "refused": refused,
        "many": actions.AT_ONCE,
    }
    status = 422 if errors or refused else 200
    return render(request, "members/office/labels/new.html", context, status=status)


@requires("members.export")
@require_GET
def preview(request: OfficeRequest) -> HttpResponse:
    """A picture of the first page."""
    try:
        options = actions.options_from(_said(request.GET))
        picture = actions.preview(_plain(selection(request.GET)), options, request.user)
    except Refusal as no:
        raise Http404 from no
    return HttpResponse(picture, content_type="image/png")


@requires("members.export")
@require_GET
def label_print(request: OfficeRequest, pk: int) -> HttpResponse:
    """How far the labels are, and the PDF."""
    made = get_object_or_404(LabelPrint.objects.select_related("by", "job"), pk=pk)
    sheet = SHEETS.get(made.options.get("sheet", ""))
    context = {
        "made": made,
        "busy": made.job is not None and made.job.is_open,
        "gone": not made.file or made.expires_at < clock.now(),
        "sheet": sheet.label if sheet else "",
        "left_out": [(REASONS.get(key, key), n) for key, n in sorted(made.left_out.items())],
    }
    return render(request, "members/office/labels/print.html", context)


@requires("members.export")
@require_GET
def progress(request: OfficeRequest, pk: int) -> HttpResponse:
    """The progress, for the page that shows it; sends the page on when it is over."""
    made = get_object_or_404(LabelPrint.objects.select_related("job"), pk=pk)
    if made.job is None or not made.job.is_open:
        return fresh_page()
    return render(request, "members/office/labels/_progress.html", {"made": made})


@requires("members.export")
@require_GET
def file(request: OfficeRequest, pk: int) -> HttpResponseBase:
    """Hand out the PDF while its time lasts."""
    made = get_object_or_404(LabelPrint, pk=pk)
    try:
        actions.refuse_hidden(request.user)
    except Refusal as no:
        raise PermissionDenied(str(no)) from no
    if not made.file or made.expires_at < clock.now():
        raise Http404(_("The time of this file is over. Make the labels anew."))
    return FileResponse(made.file.open("rb"), as_attachment=True, filename=made.name)
