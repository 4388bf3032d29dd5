"""The settings page: a card for every page that an app has hung in."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from enishi.accounts.permissions import OPEN_OFFICE, OfficeRequest, requires
from enishi.ui.registry import settings_for


@requires(OPEN_OFFICE)
@require_safe
def index(request: OfficeRequest) -> HttpResponse:
    return render(request, "accounts/office/settings.html", {"groups": settings_for(request)})
