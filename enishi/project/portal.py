"""The first page of the member site, for as long as there is no website."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from enishi.accounts.permissions import public


@public
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """A welcome, and the way to the sign-in or the office."""
    return render(request, "ui/portal/home.html")
