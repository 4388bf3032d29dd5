"""Cards of the roll on the dashboard: who there is, who came and went, what waits to be done."""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from django.db.models import Count, Q
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import pgettext

from enishi.core import clock
from enishi.members.models import Import, Member, Status, StatusPeriod
from enishi.ui.registry import may
from enishi.ui.written import japanese

from .words import TONES

CARDS = "members/office/cards"


def members_by_status(request: HttpRequest) -> str:
    counts = dict(Member.objects.present().order_by().values_list("status").annotate(n=Count("pk")))
    rows = [
        {
            "label": Status(key).label,
            "count": counts[key],
            "tone": TONES.get(Status(key), ""),
            "url": f"{reverse('members:list')}?status={key}",
        }
        for key in Status.values
        if counts.get(key)
    ]
    on_roll = counts.get(Status.ACTIVE, 0) + counts.get(Status.SUSPENDED, 0)
    everybody = sum(counts.values())
    context = {"rows": rows, "on_roll": on_roll, "everybody": everybody}
    return render_to_string(f"{CARDS}/status.html", context, request)


def joins_and_leaves(request: HttpRequest) -> str:
    """This month beside the last one, and the last twelve months as a chart."""
    today = clock.today()
    first = today.replace(day=1)
    months = [_months_after(first, n) for n in range(-11, 1)]
    bounds = [*months, _months_after(first, 1)]

    def per_month(field: str) -> list[int]:
        spans = {
            f"m{at}": Count("pk", filter=Q(**{f"{field}__gte": a, f"{field}__lt": b}))
            for at, (a, b) in enumerate(pairwise(bounds))
        }
        within = {f"{field}__gte": bounds[0], f"{field}__lte": today}
        counted = Member.objects.present().filter(**within).aggregate(**spans)
        return [counted[f"m{at}"] for at in range(len(months))]

    joined, left = per_month("joined_on"), per_month("left_on")
    context = {
        "joined": joined[-1],
        "left": left[-1],
        "joined_before": joined[-2],
        "left_before": left[-2],
        "joined_in_all": sum(joined),
        "left_in_all": sum(left),
        "chart": _chart(months, joined, left),
        "joined_url": f"{reverse('members:list')}?joined_on_from={first}",
        "left_url": f"{reverse('members:list')}?left_on_from={first}",
    }
    return render_to_string(f"{CARDS}/movement.html", context, request)


def _chart(months: Sequence[date], joined: Sequence[int], left: Sequence[int]) -> dict[str, Any]:
    """What ECharts draws: two bars a month."""
    bar = {"type": "bar", "barMaxWidth": 14, "itemStyle": {"borderRadius": [2, 2, 0, 0]}}
    return {
        "grid": {"left": 4, "right": 4, "top": 30, "bottom": 4, "containLabel": True},
        "legend": {"top": 0, "left": 0, "itemWidth": 12, "itemHeight": 12},
        "xAxis": {
            "type": "category",
            "data": [_month(month) for month in months],
            "axisTick": {"show": False},
        },
        "yAxis": {"type": "value", "minInterval": 1, "splitNumber": 3},
        "series": [
            bar
            | {"name": pgettext("this month", "Joined"), "data": list(joined), "color": "#1f4080"},
            bar | {"name": pgettext("this month", "Left"), "data": list(left), "color": "#c58a1c"},
        ],
    }


def _month(first: date) -> str:
    return f"{first.month}月" if japanese() else date_format(first, "M")


def _months_after(first: date, months: int) -> date:
    """The first day of the month that lies ``months`` after the month of ``first``."""
    at = first.year * 12 + first.month - 1 + months
    return date(at // 12, at % 12 + 1, 1)


def what_next(request: HttpRequest) -> str:
    """Applications, leaves ahead and checked imports that wait for somebody."""
    today = clock.today()
    waiting = Member.objects.present().filter(status=Status.APPLICANT).count()
    leaving = StatusPeriod.objects.filter(
        status=Status.LEFT, from_on__gt=today, member__deleted_at=None
    )
    context = {
        "waiting": waiting,
        "waiting_url": f"{reverse('members:list')}?status={Status.APPLICANT}",
        "leaving": leaving.count(),
        "leaving_url": f"{reverse('members:list')}?left_on_from={today + timedelta(days=1)}",
        "imports": [],
        "may_edit": may(request, "members.edit"),
        "may_import": may(request, "imports.edit"),
        "may_export": may(request, "members.export"),
    }
    if context["may_import"]:
        found = Import.objects.filter(state=Import.State.CHECKED, by=request.user.pk)
        context["imports"] = list(found.order_by("-pk")[:3])
    return render_to_string(f"{CARDS}/next.html", context, request)
