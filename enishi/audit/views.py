"""History in the office."""

from dataclasses import replace

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from enishi.accounts.permissions import requires
from enishi.core.pages import BadCursor, capped_count, page

from .forms import Narrowing
from .models import HistoryEntry, HistoryQuerySet
from .permissions import for_reader

FILTERS = ("by", "area", "fact", "since", "until", "about")


@requires("history.view")
@require_safe
def history(request: HttpRequest) -> HttpResponse:
    form = Narrowing(request.GET)
    form.is_valid()
    found = form.narrow(HistoryEntry.objects.all())
    try:
        shown = page(found, sort=["-id"], cursor=request.GET.get("cursor", ""), limit=50)
    except BadCursor:
        return redirect("audit:history")
    shown = replace(shown, items=for_reader(shown.items, request.user))
    about = _label(found) if form.cleaned_data.get("about") else ""
    return render(
        request,
        "audit/office/history.html",
        {
            "form": form,
            "page": shown,
            "count": capped_count(found),
            "about": about,
            "narrowed": any(request.GET.get(name) for name in FILTERS),
        },
    )


def _label(found: HistoryQuerySet) -> str:
    newest = found.order_by("-pk").first()
    return newest.about_label if newest else ""
