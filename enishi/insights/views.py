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
    """Cards that the apps have hung in; until there are members, what to do first."""
    return render(
        request,
        "insights/office/dashboard.html",
        {"cards": cards_for("dashboard", request), "steps": first_steps(request)},
    )
