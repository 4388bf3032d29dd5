"""Doing something with everybody in a segment."""

from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from enishi.accounts.permissions import OfficeRequest, requires
from enishi.core.refusals import Refusal
from enishi.members.conditions import RuleFaults
from enishi.segments import actions
from enishi.segments.conditions import members_of
from enishi.segments.models import ActionRun
from enishi.ui import toasts
from enishi.ui.htmx import fresh_page
from enishi.ui.written import number

from .builder import found


@requires("segments.view")
@require_http_methods(["GET", "POST"])
def act(request: OfficeRequest, pk: int, key: str) -> HttpResponse:
    """The form of an action, with how many it reaches; POST takes the set down and begins."""
    one = found(request, pk)
    try:
        action = actions.action_named(key, request.user)
    except actions.UnknownAction as no:
        raise Http404(str(no)) from no
    if action.url is not None:
        return redirect(action.url(one))
    form = action.form(request.POST or None, by=request.user) if action.form else None
    if request.method == "POST" and (form is None or form.is_valid()):
        options: dict[str, Any] = form.options() if form is not None else {}
        try:
            run = actions.start(one, key, options, by=request.user)
        except (Refusal, RuleFaults) as no:
            toasts.refuse(request, str(no))
            return redirect(one)
        return redirect("segments:run", one.pk, run.pk)
    try:
        count = members_of(one).count()
    except RuleFaults as no:
        toasts.say(request, no.faults[0].reason)
        return redirect(one)
    context = {"segment": one, "action": action, "form": form, "count": count}
    status = 422 if form is not None and form.is_bound else 200
    return render(request, "segments/office/act.html", context, status=status)


@requires("segments.view")
@require_GET
def run(request: OfficeRequest, pk: int, run: int) -> HttpResponse:
    """How far the work is, and what it came to."""
    one = found(request, pk)
    begun = get_object_or_404(ActionRun.objects.select_related("job", "by"), pk=run, segment=one)
    action = actions.ACTIONS.get(begun.action)
    result = begun.result or {}
    context: dict[str, Any] = {
        "segment": one,
        "run": begun,
        "label": action.label if action is not None else begun.action,
        "busy": begun.job is not None and begun.job.is_open,
        "url": str(result.get("url", "")) if begun.ended_at else "",
        "said": _done(result),
    }
    if begun.job is None or not begun.job.is_open:
        context["result"] = result
    if request.headers.get("HX-Request") == "true" and not context["busy"]:
        return fresh_page()
    name = "_running" if request.headers.get("HX-Request") == "true" else "run"
    return render(request, f"segments/office/{name}.html", context)


def _done(result: Mapping[str, Any]) -> str:
    if not isinstance(count := result.get("count"), int):
        return _("Done.")
    said = ngettext("Done for %(n)s member.", "Done for %(n)s members.", count)
    return said % {"n": number(count)}
