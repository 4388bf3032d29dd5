"""Answers to a part of a page that asks by itself."""

from django.http import HttpResponse


def fresh_page() -> HttpResponse:
    """What was waited for is over: the page is to load itself anew."""
    return HttpResponse(status=204, headers={"HX-Refresh": "true"})
