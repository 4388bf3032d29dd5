"""Background work and search: parse, call, render."""

from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from enishi.accounts.permissions import OPEN_OFFICE, SignedInRequest, requires
from enishi.core.jobs import is_cancellable
from enishi.core.models import Job
from enishi.core.pages import BadCursor, page
from enishi.project import plugs
from enishi.project.periodic import rounds
from enishi.ui import registry
from enishi.ui.toasts import say

from . import actions

_ENDED = (Job.State.DONE, Job.State.FAILED, Job.State.CANCELLED)


@requires(OPEN_OFFICE)
@require_safe
def search(request: SignedInRequest) -> HttpResponse:
    """What fits the words: a fragment for Ctrl-K, a page of its own without JavaScript.

    Before the first word it offers what one can do and where one can go.
    """
    words = request.GET.get("q", "").strip()
    found = registry.search(request, words) if words else plugs.offered(request)
    template = (
        "ui/components/search_results.html"
        if "HX-Request" in request.headers
        else "project/office/search.html"
    )
    return render(request, template, {"words": words, "found": found})


@requires("jobs.view")
@require_safe
def jobs(request: SignedInRequest) -> HttpResponse:
    """What runs and waits, with progress; below it what has ended, newest first.

    What comes round by itself each minute is left out unless it failed or is asked for: who looks
    for an import finds it.
    """
    only = request.GET.get("state", "")
    automatic = request.GET.get("automatic") == "1"
    ended = Job.objects.select_related("by").filter(
        state__in=[only] if only in _ENDED else list(_ENDED)
    )
    if not automatic:
        ended = ended.filter(Q(by__isnull=False) | Q(state=Job.State.FAILED))
    try:
        ended_page = page(ended, sort=["-pk"], cursor=request.GET.get("cursor", ""), limit=30)
    except BadCursor:
        return redirect("office:jobs")
    return render(
        request,
        "project/office/jobs.html",
        {
            "open": [
                (job, _may_cancel(request, job))
                for job in Job.objects.open().select_related("by").order_by("pk")[:50]
            ],
            "open_count": Job.objects.open().count(),
            "ended": ended_page,
            "only": only,
            "automatic": automatic,
            "states": [(state.value, state.label) for state in _ENDED],
        },
    )


@requires("jobs.view")
@require_safe
def periodic(request: SignedInRequest) -> HttpResponse:
    """Work that comes round by itself: its last run and its next."""
    return render(request, "project/office/periodic.html", {"rounds": rounds()})


@requires("jobs.view")
@require_safe
def job(request: SignedInRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Job.objects.select_related("by"), pk=pk)
    may_repeat = request.user.has_right("jobs.configure") and found.state in (
        Job.State.FAILED,
        Job.State.CANCELLED,
    )
    return render(
        request,
        "project/office/job.html",
        {"job": found, "may_cancel": _may_cancel(request, found), "may_repeat": may_repeat},
    )


@requires("jobs.view")
@require_safe
def progress(request: SignedInRequest, pk: int) -> HttpResponse:
    """The progress of one job, asked for again and again while it is open."""
    found = get_object_or_404(Job, pk=pk)
    response = render(
        request,
        "project/parts/progress.html",
        {"job": found, "may_cancel": _may_cancel(request, found)},
    )
    if not found.is_open:
        response["HX-Refresh"] = "true"
    return response


@requires("jobs.view")
@require_POST
def cancellation(request: SignedInRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Job, pk=pk)
    if not _may_touch(request, found):
        raise PermissionDenied
    found = actions.cancel(found, by=request.user)
    if found.state == Job.State.CANCELLED:
        say(request, _("The work was taken back. Nothing was changed."))
    elif found.cancel_requested:
        say(request, _("The work stops at the next good moment. Nothing of it will stay."))
    else:
        say(request, _("This work cannot be stopped any more."))
    return redirect("office:jobs")


@requires("jobs.configure")
@require_POST
def attempts(request: SignedInRequest, pk: int) -> HttpResponse:
    found = actions.repeat(get_object_or_404(Job, pk=pk), by=request.user)
    if found.is_open:
        say(request, _("The work is in the queue again."))
    return redirect("office:job", found.pk)


def _may_touch(request: SignedInRequest, job: Job) -> bool:
    return bool(job.by_id == request.user.pk or request.user.has_right("jobs.configure"))


def _may_cancel(request: SignedInRequest, job: Job) -> bool:
    stoppable = job.state == Job.State.WAITING or is_cancellable(job.name)
    return job.is_open and stoppable and _may_touch(request, job)
