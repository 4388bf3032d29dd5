"""Pages of the office about visits: a member's access log, and how visits are counted."""

from typing import Any

from django.conf import settings
from django.db.models import Count, Max, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from enishi.accounts.permissions import OfficeRequest, requires
from enishi.activity import actions
from enishi.activity.forms import TrackingSettings
from enishi.activity.models import Activity, Kind, Tracking, Visit, months_ago
from enishi.core import clock
from enishi.core.asked import asked
from enishi.core.japanese import fold
from enishi.core.pages import BadCursor, page
from enishi.members.models import Member
from enishi.ui import clashes

from .timeline import kinds_of

SITE = ("site.viewed", "site.signed_in")
AT_ONCE = 50


def _site(request: Any) -> dict[int, Kind]:
    return {one.pk: one for one in kinds_of(request) if one.key in SITE}


@requires("activity.view")
@require_safe
def access_log(request: OfficeRequest, pk: int) -> HttpResponse:
    """What a member saw of the site, and when they signed in; newest first."""
    member = get_object_or_404(Member, pk=pk)
    kinds = _site(request)
    found = Activity.objects.filter(member=member, kind__in=kinds)
    try:
        got = page(found, sort=["-at"], cursor=request.GET.get("cursor", ""), limit=AT_ONCE)
    except BadCursor:
        return redirect("activity:access_log", pk)
    lines = [
        {"row": one, "kind": kinds[one.kind_id], "props": one.props or {}} for one in got.items
    ]
    return render(
        request, "activity/office/access_log.html", {"member": member, "lines": lines, "page": got}
    )


def panel(request: HttpRequest, member: Member) -> str:
    """The site as the member used it, in a few numbers. '' for somebody who was never there."""
    kinds = {one.key: pk for pk, one in _site(request).items()}
    found = _in_numbers.tuples(
        member=member.pk,
        viewed=kinds.get("site.viewed"),
        signed_in=kinds.get("site.signed_in"),
        year_ago=months_ago(12),
        month_ago=months_ago(1),
    )
    if not found:
        return ""
    seen = dict(zip(_NUMBERS, found[0], strict=True))
    return render_to_string(
        "activity/office/panels/access.html", {"member": member, **seen}, request
    )


_NUMBERS = ("last", "pages", "month", "signed_in")


@asked
def _in_numbers(
    member: Any, viewed: Any, signed_in: Any, year_ago: Any, month_ago: Any
) -> QuerySet[Activity, Any]:
    views, visits = Q(kind=viewed, machine=False), Q(kind=signed_in)
    found = Activity.objects.filter(views | visits, member=member, at__gte=year_ago)
    told = (
        found.order_by()
        .values("member")
        .annotate(
            last=Max("at"),
            pages=Count("id", filter=views),
            month=Count("id", filter=views & Q(at__gte=month_ago)),
            signed_in=Max("at", filter=visits),
        )
    )
    return told.values_list(*_NUMBERS)


@requires("activity.configure")
@require_safe
def going(request: OfficeRequest) -> HttpResponse:
    """What a number of months to keep would delete, told before it is saved."""
    text = fold(request.GET.get("keep_months", ""))
    months = int(text) if text.isascii() and text.isdigit() and len(text) < 5 else 0
    found = actions.going(months) if months else None
    context = {"months": months, "going": found}
    return render(request, "activity/office/_going.html", context)


@requires("activity.configure")
@require_http_methods(["GET", "HEAD", "POST"])
def tracking(request: OfficeRequest) -> HttpResponse:
    """How visits are counted, and the line to put into other sites."""
    form = TrackingSettings(request.POST or None, instance=Tracking.current())
    answer = clashes.saved(
        request,
        form,
        locked=clashes.the_only(Tracking),
        now=lambda row: TrackingSettings(instance=row).kept(),
        save=lambda _row: actions.change_tracking(by=request.user, **form.cleaned_data),
        heading=_("Visits and activities"),
        back=reverse("activity:tracking"),
        said=_("It is saved. Pages follow within an hour."),
    )
    if answer is not None:
        return answer
    today = clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
    context = {
        "form": form,
        "settings": Tracking.current(),
        "snippet": f'<script src="{settings.BASE_URL}/t.js" async></script>',
        "visits": Visit.objects.filter(at__gte=today, machine=False).count(),
    }
    return render(request, "activity/office/tracking.html", context)
