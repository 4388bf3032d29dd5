"""The list of campaigns, and the calendar."""

import calendar
from datetime import date, datetime

from django.db.models.functions import Coalesce
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from enishi.accounts.permissions import OfficeRequest, requires
from enishi.campaigns import reporting
from enishi.campaigns.actions import FAR_YEAR
from enishi.campaigns.models import Approval, Campaign, State
from enishi.core import clock
from enishi.core.pages import BadCursor, page

from .campaigns import TEMPLATES, TONES, share


@requires("campaigns.view")
@require_safe
def index(request: OfficeRequest) -> HttpResponse:
    """All campaigns, the newest first; or a month of them as a calendar."""
    if request.GET.get("view") == "calendar":
        return _calendar(request)
    rows = Campaign.objects.select_related("topic").annotate(
        moment=Coalesce("send_at", "updated_at")  # the one that the list shows
    )
    state = request.GET.get("state", "")
    if state in State.values:
        rows = rows.filter(state=state)
    try:
        shown = page(rows, sort=["-moment"], cursor=request.GET.get("cursor", ""), limit=50)
    except BadCursor:
        return redirect("campaigns:list")
    waiting = set(
        Approval.objects.waiting()
        .filter(campaign__in=[one.pk for one in shown.items])
        .values_list("campaign_id", flat=True)
    )
    rates = reporting.rates(shown.items)
    context = {
        "page": shown,
        "rows": [
            (one, TONES[State(one.state)], one.pk in waiting, share(opened), share(clicked))
            for one in shown.items
            for opened, clicked in [rates.get(one.pk, reporting.Rates())]
        ],
        "states": State.choices,
        "state": state,
        "can_write": request.user.has_right("campaigns.edit"),
    }
    return render(request, f"{TEMPLATES}/list.html", context)


def _calendar(request: OfficeRequest) -> HttpResponse:
    first = _month(request.GET.get("month", ""))
    weeks = calendar.Calendar(firstweekday=6).monthdatescalendar(first.year, first.month)
    begin = timezone.make_aware(datetime.combine(weeks[0][0], datetime.min.time()))
    end = timezone.make_aware(datetime.combine(weeks[-1][-1], datetime.max.time()))
    may_send = request.user.has_right("campaigns.send")
    found_ = Campaign.objects.filter(send_at__gte=begin, send_at__lte=end).order_by("send_at")
    movable: list[Campaign] = []
    by_day: dict[date, list[tuple[Campaign, str]]] = {}
    for one in found_[:500]:
        assert one.send_at is not None
        day = timezone.localtime(one.send_at).date()
        by_day.setdefault(day, []).append((one, TONES[State(one.state)]))
        if may_send and one.state == State.SCHEDULED:
            movable.append(one)
    context = {
        "first": first,
        "weeks": [
            [(day, day.month == first.month, by_day.get(day, [])) for day in week] for week in weeks
        ],
        "month": f"{first:%Y-%m}",
        "today": clock.today(),
        "now": clock.now(),
        "previous": _shifted(first, -1),
        "next": _shifted(first, 1),
        "can_write": request.user.has_right("campaigns.edit"),
        "movable": movable,
        "is_empty": not any(day.month == first.month for day in by_day),
        "holds_today": (clock.today().year, clock.today().month) == (first.year, first.month),
    }
    return render(request, f"{TEMPLATES}/calendar.html", context)


def _month(written: str) -> date:
    """The first day of it; of this month where it is none that a calendar has room for."""
    try:
        first = date.fromisoformat(f"{written}-01")
    except ValueError:
        first = date.min
    return first if 1900 <= first.year < FAR_YEAR else clock.today().replace(day=1)


def _shifted(first: date, months: int) -> str:
    year, month = divmod(first.year * 12 + first.month - 1 + months, 12)
    return f"{year:04}-{month + 1:02}"
