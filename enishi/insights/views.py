"""The first page of the office."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from enishi.accounts.permissions import OPEN_OFFICE, SignedInRequest, requires
from enishi.ui.registry import cards_for

from .beginnings import first_steps


@requires(OPEN_OFFICE)
@require_safe
def dashboard(request: SignedInRequest) -> HttpResponse:
    """Cards that the apps have hung in; until there are members, only what to do first."""
    steps = first_steps(request)
    cards = [] if steps else cards_for("dashboard", request)
    return render(request, "insights/office/dashboard.html", {"cards": cards, "steps": steps})
