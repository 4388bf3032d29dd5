"""The list of segments, and the page of one."""

import json
from datetime import timedelta
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from django.db.models import Sum
from django.db.models.functions import TruncDate
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_GET, require_POST

from enishi.accounts.permissions import OfficeRequest, requires
from enishi.core import clock
from enishi.core.pages import BadCursor, page
from enishi.core.refusals import Refusal
from enishi.members.conditions import RuleFaults
from enishi.members.models import Member
from enishi.segments import actions
from enishi.segments.actions import scores as scoring
from enishi.segments.conditions import holding, members_of, rule_of, seen_by
from enishi.segments.models import (
    ActionRun,
    Group,
    ManualMember,
    Movement,
    Segment,
    SegmentMember,
)
from enishi.segments.ready import DESCRIBED, put_segments
from enishi.segments.starters import starters_for
from enishi.ui import toasts
from enishi.ui.written import number

from .builder import found
from .why import told_of_segment

AT_ONCE = 20
CHART_DAYS = 60
TREND_DAYS = 14
MOST_LISTED = 500


@requires("segments.view")
@require_GET
def segments(request: OfficeRequest) -> HttpResponse:
    """Every segment that this user may see, with its size, its trend and where it is used."""
    words = request.GET.get("search", "").strip()[:100].replace("\x00", "")
    rows = Segment.objects.with_waiting()
    if words:
        rows = rows.filter(name__icontains=words)
    shown = seen_by(rows[:MOST_LISTED], request.user)
    uses = actions.uses_of(shown)
    trends = _trends([segment.pk for segment in shown])
    lines = [{"segment": one, "uses": uses[one.pk], "trend": trends.get(one.pk)} for one in shown]
    may_edit = request.user.has_right("segments.edit")
    context = {
        "lines": lines,
        "search": words,
        "anything": bool(lines) or bool(words),
        "starters": starters_for(request.user) if may_edit else [],
        "may_edit": may_edit,
    }
    return render(request, "segments/office/segments.html", context)


def _trends(ids: list[int]) -> dict[int, list[int]]:
    """How the size went over the last days, as differences summed up backwards from now."""
    since = clock.now() - timedelta(days=TREND_DAYS)
    moved = (
        Movement.objects.filter(segment__in=ids, at__gte=since)
        .exclude(cause=Movement.Cause.FILLED)
        .annotate(day=TruncDate("at"))
        .values("segment", "day")
        .annotate(entered=Sum("entered"), left=Sum("left"))
        .order_by("segment", "day")
    )
    counts = dict(Segment.objects.filter(pk__in=ids).values_list("pk", "count"))
    today = clock.today()
    days = [today - timedelta(days=n) for n in range(TREND_DAYS, -1, -1)]
    found_: dict[int, list[int]] = {}
    for pk, rows in groupby(moved, key=lambda row: row["segment"]):
        by_day = {row["day"]: row["entered"] - row["left"] for row in rows}
        size, sizes = counts.get(pk) or 0, []
        for day in reversed(days):
            sizes.append(size)
            size -= by_day.get(day, 0)
        found_[pk] = sizes[::-1]
    return found_


@requires("segments.view")
@require_GET
def segment(request: OfficeRequest, pk: int) -> HttpResponse:
    """One segment: what it asks, who is in it, who came and went, what can be done with it."""
    one = found(request, pk)
    problem, sentence, count, members = one.problem, one.sentence, None, None
    try:
        sentence = rule_of(one).sentence()
        inside = members_of(one)
        count = one.count if one.is_current and one.count is not None else inside.count()
        if request.user.has_right("members.view"):
            members = page(
                inside.select_related("type"),
                sort=[],
                cursor=request.GET.get("cursor", ""),
                limit=AT_ONCE,
            )
    except RuleFaults as faults:
        problem = faults.faults[0].reason
    except BadCursor:
        return redirect(one)
    since = {}
    if members is not None and one.is_stored:
        links = SegmentMember.objects.filter(segment=one, member__in=[m.pk for m in members.items])
        since = dict(links.values_list("member_id", "entered_at"))
    rule = {"in_segment": one.pk}
    context = {
        "segment": one,
        "sentence": sentence,
        "problem": problem,
        "count": count,
        "count_said": _people(count) if count is not None else "",
        "page": members,
        "rows": [(m, since.get(m.pk)) for m in members.items] if members is not None else [],
        "chart": _chart(one),
        "moved": _moved(one),
        "uses": actions.uses_of([one])[one.pk],
        "actions": actions.actions_for(request.user) if count else [],
        "runs": list(ActionRun.objects.filter(segment=one).select_related("by", "job")[:5]),
        "exceptions": list(
            ManualMember.objects.filter(segment=one).select_related("member", "by")[:AT_ONCE]
        ),
        "versions": list(one.versions.select_related("by")[:10]),
        "may_edit": request.user.has_right("segments.edit"),
        "roll_url": f"{reverse('members:list')}?{urlencode({'rule': json.dumps(rule)})}",
        "waiting": one.pending.exists() or (one.is_stored and not one.is_filled),
    }
    return render(request, "segments/office/segment.html", context)


def _people(count: int) -> str:
    return ngettext("%(n)s member", "%(n)s members", count) % {"n": number(count)}


def _by_day(one: Segment) -> dict[Any, tuple[int, int]]:
    rows = (
        Movement.objects.filter(segment=one, at__gte=clock.now() - timedelta(days=CHART_DAYS))
        .exclude(cause=Movement.Cause.FILLED)
        .annotate(day=TruncDate("at"))
        .values_list("day")
        .annotate(Sum("entered"), Sum("left"))
    )
    return {day: (entered, left) for day, entered, left in rows}


def _chart(one: Segment) -> dict[str, Any] | None:
    """What ECharts draws: who came above the line, who went below it; None where nobody moved."""
    by_day = _by_day(one) if one.is_stored else {}
    if not by_day:
        return None
    today = clock.today()
    days = [today - timedelta(days=n) for n in range(CHART_DAYS - 1, -1, -1)]
    bar = {"type": "bar", "stack": "moved", "barMaxWidth": 10}
    return {
        "legend": {"top": 0, "left": 0, "itemWidth": 12, "itemHeight": 12},
        "grid": {"left": 4, "right": 4, "top": 30, "bottom": 4, "containLabel": True},
        "xAxis": {
            "type": "category",
            "data": [f"{day.month}/{day.day}" for day in days],
            "axisTick": {"show": False},
        },
        "yAxis": {"type": "value", "minInterval": 1, "splitNumber": 3},
        "series": [
            {
                **bar,
                "name": pgettext("segment", "Came in"),
                "data": [by_day.get(day, (0, 0))[0] for day in days],
                "color": "#1f4080",
            },
            {
                **bar,
                "name": pgettext("segment", "Went out"),
                "data": [-by_day.get(day, (0, 0))[1] for day in days],
                "color": "#c58a1c",
            },
        ],
    }


def _moved(one: Segment) -> tuple[int, int]:
    by_day = _by_day(one).values()
    return sum(came for came, _went in by_day), sum(went for _came, went in by_day)


@requires("segments.view")
@require_GET
def of_member(request: OfficeRequest, member: int) -> HttpResponse:
    """The segments that one member is in, as a part of the karte."""
    one = get_object_or_404(Member.objects.present(), pk=member)
    inside = holding(Segment.objects.all(), one, request.user)
    context = {"segments": inside, "member": one}
    return render(request, "segments/office/_of_member.html", context)


@requires("members.view")
@require_GET
def why(request: OfficeRequest, pk: int, member: int) -> HttpResponse:
    """Why a member is in a segment or not, as a part of the page."""
    one = found(request, pk)
    about = get_object_or_404(Member.objects.present(), pk=member)
    try:
        told = told_of_segment(one, about, request.user)
    except RuleFaults as faults:
        return render(request, "segments/office/_why.html", {"problem": faults.faults[0].reason})
    return render(request, "segments/office/_why.html", {"told": told, "member": about})


@requires("segments.edit")
@require_POST
def deletion(request: OfficeRequest, pk: int) -> HttpResponse:
    one = found(request, pk)
    try:
        actions.delete(one, by=request.user)
    except Refusal as no:
        toasts.refuse(request, str(no))
        return redirect(one)
    toasts.say(request, _("The segment “%(name)s” was deleted.") % {"name": one.name})
    return redirect("segments:list")


@requires("segments.edit")
@require_POST
def refreshing(request: OfficeRequest, pk: int) -> HttpResponse:
    """Ask for everybody now."""
    one = found(request, pk)
    try:
        actions.refresh(one)
        toasts.say(request, _("The members were looked for anew."))
    except RuleFaults as faults:
        toasts.say(request, faults.faults[0].reason)
    except Refusal as no:
        toasts.refuse(request, str(no))
    return redirect(one)


@requires("segments.edit")
@require_POST
def exceptions(request: OfficeRequest, pk: int) -> HttpResponse:
    """Put one member in, keep one out (``member``: number), or leave one to the rule again."""
    one = found(request, pk)
    said = request.POST.get("member", "").strip()[:40].replace("\x00", "")
    member = Member.objects.present().filter(number=said).first() if said else None
    if member is None:
        toasts.say(
            request, _("There is no member with the number “%(number)s”.") % {"number": said}
        )
        return redirect(one)
    included = {"in": True, "out": False}.get(request.POST.get("do", ""))
    note = request.POST.get("note", "")
    actions.put_by_hand(one, [member.pk], included=included, note=note, by=request.user)
    words = {
        True: _("%(name)s was put into the segment."),
        False: _("%(name)s is kept out of the segment."),
        None: _("For %(name)s the rule decides again."),
    }
    toasts.say(request, words[included] % {"name": member.name})
    return redirect(one)


@requires("segments.view")
@require_GET
def scores(request: OfficeRequest) -> HttpResponse:
    """What the scores mean, and how many members there are of each group."""
    sizes = {one.group: one.count for one in scoring.spread()}
    made = {s.ready: s for s in Segment.objects.exclude(ready="")}
    total = sum(sizes.values())
    groups = [
        {
            "label": group.label,
            "text": DESCRIBED[group],
            "count": sizes.get(group.value, 0),
            "share": round(100 * sizes.get(group.value, 0) / total) if total else 0,
            "segment": made.get(group.value),
        }
        for group in Group
    ]
    context = {
        "groups": groups,
        "total": total,
        "computed": scoring.computed(),
        "missing": len(made) < len(Group),
        "may_edit": request.user.has_right("segments.edit"),
        "r_steps": scoring.R_STEPS,
        "f_steps": scoring.F_STEPS,
        "m_steps": scoring.M_STEPS,
    }
    return render(request, "segments/office/scores.html", context)


@requires("segments.edit")
@require_POST
def ready_made(request: OfficeRequest) -> HttpResponse:
    """Make the ready-made segments that are not there, and the scores if there are none."""
    if not scoring.computed():
        scoring.compute()
    made = put_segments()
    said = ngettext("%(n)s segment was made.", "%(n)s segments were made.", len(made))
    toasts.say(request, said % {"n": len(made)})
    return redirect("segments:scores")
