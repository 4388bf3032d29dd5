"""Likely duplicates: the list to work through, those known to be two, and what was merged."""

from typing import Any

from django.db.models import Count, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from enishi.accounts.permissions import OfficeRequest, requires
from enishi.core.jobs import cancel
from enishi.core.pages import BadCursor, page
from enishi.members import actions
from enishi.members.duplicates import KEPT, THRESHOLD, is_fresh, keep_fresh, reasons
from enishi.members.duplicates.jobs import (
    find_duplicates,
    merge_duplicates,
    open_job,
    scan_soon,
)
from enishi.members.fields import as_seen, hidden_groups, visible_fields
from enishi.members.models import DuplicatePair, DuplicateScan, Merge, NotSame
from enishi.ui import toasts
from enishi.ui.htmx import fresh_page

AT_ONCE = (100, 95, 90, THRESHOLD)  # scores from which all can be merged in one go
MEMBERS = ("first", "first__type", "second", "second__type")


def waiting(least: int = KEPT) -> "QuerySet[DuplicatePair]":
    """The pairs to look at, of members who are on the roll, the surest first."""
    return DuplicatePair.objects.filter(
        score__gte=least, first__deleted_at=None, second__deleted_at=None
    ).order_by("-score", "pk")


@requires("members.view")
@require_GET
def pairs(request: OfficeRequest) -> HttpResponse:
    """The pairs that the scan found: the likely ones, or all (``?show=all``)."""
    keep_fresh()
    every = request.GET.get("show") == "all"
    rows = waiting(KEPT if every else THRESHOLD).select_related(*MEMBERS)
    try:
        found = page(rows, sort=["-score"], cursor=request.GET.get("cursor", ""))
    except BadCursor:
        return redirect("members:duplicate_pairs")
    seen = visible_fields(request.user, retired=True)
    hidden = hidden_groups(request.user, seen)
    for pair in found.items:
        pair.first = as_seen(pair.first, request.user, seen)
        pair.second = as_seen(pair.second, request.user, seen)
        why = reasons.seen(reasons.read(pair.reasons), hidden)
        pair.said = reasons.sentences(r for r in why if r.speaks_for)  # type: ignore[attr-defined]
        pair.against = reasons.sentences(  # type: ignore[attr-defined]
            r for r in why if not r.speaks_for
        )
    context = {
        "page": found,
        "every": every,
        "counts": _counts(),
        "scan": DuplicateScan.objects.defer("odds").first(),
        "fresh": is_fresh(),
        "may_edit": request.user.has_right("members.edit"),
        **_work(),
    }
    return render(request, "members/office/duplicates/pairs.html", context)


def _counts() -> dict[str, Any]:
    numbers = {f"from_{least}": Count("pk", filter=Q(score__gte=least)) for least in AT_ONCE}
    found = waiting().order_by().aggregate(all=Count("pk"), **numbers)
    steps = [(least, found[f"from_{least}"]) for least in AT_ONCE]
    return {
        "likely": found[f"from_{THRESHOLD}"],
        "all": found["all"],
        "steps": [(least, count) for least, count in steps if count],
    }


def _work() -> dict[str, Any]:
    """What goes on in the background."""
    job = open_job(merge_duplicates.name) or open_job(find_duplicates.name)
    return {"job": job}


@requires("members.edit")
@require_POST
def scan(request: OfficeRequest) -> HttpResponse:
    """Look through the roll anew, in the background; ``cancel`` stops it."""
    if request.POST.get("cancel"):
        if job := _work()["job"]:
            cancel(job)
    else:
        scan_soon(request.user)
    return redirect("members:duplicate_pairs")


@requires("members.view")
@require_GET
def progress(request: OfficeRequest) -> HttpResponse:
    """The progress of the work, for the page that shows it; sends the page on when it is over."""
    work = _work()
    if work["job"] is None:
        return fresh_page()
    return render(request, "members/office/duplicates/_progress.html", work)


@requires("members.edit")
@require_POST
def merges(request: OfficeRequest) -> HttpResponse:
    """Merge all pairs from a score on, in the background."""
    text = request.POST.get("least", "")
    least = int(text) if text.isascii() and text.isdigit() else 0
    if least not in AT_ONCE:
        toasts.say(request, _("Choose from which score on to merge."))
    elif not open_job(merge_duplicates.name):
        merge_duplicates.enqueue(by=request.user, least=least, by_id=request.user.pk)
    return redirect("members:duplicate_pairs")


@requires("members.view")
@require_GET
def known(request: OfficeRequest) -> HttpResponse:
    """Pairs that somebody has looked at and knows to be two."""
    rows = NotSame.objects.filter(first__deleted_at=None, second__deleted_at=None)
    try:
        found = page(
            rows.select_related(*MEMBERS, "by"),
            sort=["-at"],
            cursor=request.GET.get("cursor", ""),
        )
    except BadCursor:
        return redirect("members:not_same")
    seen = visible_fields(request.user, retired=True)
    for row in found.items:
        row.first = as_seen(row.first, request.user, seen)
        row.second = as_seen(row.second, request.user, seen)
    context = {
        "page": found,
        "counts": _counts(),
        "may_edit": request.user.has_right("members.edit"),
    }
    return render(request, "members/office/duplicates/known.html", context)


@requires("members.edit")
@require_POST
def known_deletion(request: OfficeRequest, pk: int) -> HttpResponse:
    """Take back that two are not the same."""
    row = get_object_or_404(NotSame.objects.select_related("first", "second"), pk=pk)
    actions.perhaps_same(row, by=request.user)
    toasts.say(request, _("The next search may bring the two up again."))
    return redirect("members:duplicate_pair", row.first_id, row.second_id)


@requires("members.view")
@require_GET
def merged(request: OfficeRequest) -> HttpResponse:
    """What was merged, the latest first, each with its undo."""
    rows = Merge.objects.select_related("keep", "drop", "by", "undone_by")
    try:
        found = page(rows, sort=["-at"], cursor=request.GET.get("cursor", ""))
    except BadCursor:
        return redirect("members:merges")
    context = {
        "page": found,
        "counts": _counts(),
        "may_edit": request.user.has_right("members.edit"),
    }
    return render(request, "members/office/duplicates/merges.html", context)
