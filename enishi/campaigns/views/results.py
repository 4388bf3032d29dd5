"""What came of a campaign: figures, segments made of them, recipients, the table."""

from collections.abc import Iterator
from typing import Any

from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.decorators.http import require_POST, require_safe

from enishi.accounts.permissions import OfficeRequest, requires
from enishi.campaigns import reporting
from enishi.campaigns.audience import REASONS
from enishi.campaigns.models import Batch, Campaign, Recipient
from enishi.campaigns.permissions import sees_emails, sees_members
from enishi.campaigns.sending import winning
from enishi.campaigns.sending.freezing import HELD_VARIANT
from enishi.core.pages import BadCursor, page
from enishi.core.refusals import Refusal
from enishi.core.sheets import csv_download
from enishi.messaging.actions import in_words
from enishi.messaging.permissions import without_addresses
from enishi.segments import actions as segments
from enishi.segments.conditions import seen_by
from enishi.segments.models import Segment
from enishi.ui import toasts

from .campaigns import TEMPLATES, found, share, whole

AS_EXCEL_READS = "%Y-%m-%d %H:%M:%S"
DEEDS = {
    "opened": gettext_lazy("Opened"),
    "clicked": gettext_lazy("Clicked"),
    "bounced": gettext_lazy("Bounced"),
    "complained": gettext_lazy("Reported as spam"),
    "unsubscribed": gettext_lazy("Unsubscribed"),
}
TONES_OF_RECIPIENTS = {
    "accepted": "good",
    "failed": "bad",
    "uncertain": "wait",
    "pending": "info",
    "claimed": "info",
    "handed_over": "info",
}


def results_of(request: OfficeRequest, row: Campaign) -> dict[str, Any]:
    """All figures of the page of a campaign that was sent."""
    figures = reporting.figures(row)
    links = reporting.links(row)
    hours = reporting.hours(row)
    return {
        "figures": figures,
        "opened": share(figures.rate(figures.opened)),
        "clicked": share(figures.rate(figures.clicked)),
        "bounced": share(figures.bounce_rate),
        "links": links,
        "hours": hours,
        "most": max([one["opened"] for one in hours], default=0),
        "tested": reporting.tested(row),
        "conversions": reporting.conversions(row),
        "failures": reporting.failures(row),
        "machines": reporting.machines(row),
        "dropped": [(REASONS.get(reason, reason), n) for reason, n in row.dropped.items()],
        **_waiting(row),
        **_by_segment(request, row),
    }


def _waiting(row: Campaign) -> dict[str, Any]:
    """How many wait for the winner of a test, and when it is chosen by itself."""
    waiting = Recipient.objects.filter(campaign=row, state="held").count()
    return {"waiting": waiting, "decides_at": winning.decided_at(row) if waiting else None}


def _by_segment(request: OfficeRequest, row: Campaign) -> dict[str, Any]:
    """Figures of the segments that are asked for, else of the audience's; and the choice."""
    given = map(whole, request.GET.getlist("segments"))
    wanted = [one for one in given if one is not None] or None
    found_ = reporting.by_segment(row, wanted, by=request.user)
    shown = {one.id for one in found_}
    may_choose = request.user.has_right("segments.view")
    offered = seen_by(Segment.objects.all()[:500], request.user) if may_choose else []
    return {
        "segments": [
            (one, share(one.share(one.opened)), share(one.share(one.clicked))) for one in found_
        ],
        "choices": [(one, one.pk in shown) for one in offered],
        "most_segments": reporting.MOST_SEGMENTS,
    }


@requires("campaigns.view")
@require_safe
def segment_results(request: OfficeRequest, pk: int) -> HttpResponse:
    """How the members of the chosen segments did: that part of the page."""
    row = found(pk)
    context = {"campaign": row, **_by_segment(request, row)}
    return render(request, f"{TEMPLATES}/_segments.html", context)


@requires("segments.edit")
@require_POST
def segment(request: OfficeRequest, pk: int) -> HttpResponse:
    """Those who clicked, or did not open, as a segment."""
    row = found(pk)
    where = [{"field": "campaign", "op": "eq", "value": row.pk}]
    clicked = {"did": "mail.clicked", "where": where}
    rule: dict[str, Any] = clicked
    name = _("Clicked: %(name)s")
    if request.POST.get("who") == "not_opened":
        sent: dict[str, Any] = {"did": "mail.delivered", "where": where}
        rule = {"all": [sent, {"not": {"did": "mail.opened", "where": where}}]}
        name = _("Not opened: %(name)s")
    try:
        made = segments.create(name=(name % {"name": row.name})[:100], rule=rule, by=request.user)
    except Refusal as refusal:
        toasts.refuse(request, " ".join([str(refusal), *map(str, refusal.errors.values())]))
        return redirect(row)
    toasts.say(request, _("The segment was made."))
    return redirect(made)


def _reason(one: Recipient, *, whole: bool) -> str:
    if one.reason in REASONS:
        return str(REASONS[one.reason])
    return in_words(one.reason if whole else without_addresses(one.reason))


@requires("campaigns.view")
@require_safe
def recipients(request: OfficeRequest, pk: int) -> HttpResponse:
    """Member by member."""
    row = found(pk)
    state = request.GET.get("state", "")
    found_ = Recipient.objects.filter(campaign=row).select_related("member")
    if state in Recipient.State.values:
        found_ = found_.in_states(row, [state])
    elif state in reporting.DEEDS:
        found_ = found_.filter(reporting.DEEDS[state])
    try:
        shown = page(found_, sort=[], cursor=request.GET.get("cursor", ""), limit=50)
    except BadCursor:
        return redirect("campaigns:recipients", pk)
    under_way, addresses = Batch.under_way(row), sees_emails(request)
    context = {
        "campaign": row,
        "page": shown,
        "rows": [
            (one, TONES_OF_RECIPIENTS.get(one.state, ""), _reason(one, whole=addresses))
            for one in (each.now(under_way) for each in shown.items)
        ],
        "states": Recipient.State.choices,
        "deeds": [(deed, DEEDS[deed]) for deed in reporting.DEEDS],
        "state": state,
        "addresses": addresses,
        "names": sees_members(request),
    }
    return render(request, f"{TEMPLATES}/recipients.html", context)


@requires("campaigns.export")
@require_safe
def export(request: OfficeRequest, pk: int) -> StreamingHttpResponse:
    """Results member by member as CSV that Excel opens."""
    row = found(pk)
    lines = _lines(row, names=sees_members(request), addresses=sees_emails(request))
    return csv_download(lines, f"campaign-{pk}.csv")


def _lines(row: Campaign, *, names: bool, addresses: bool) -> Iterator[tuple[object, ...]]:
    yield (
        *(_("Member number"), pgettext("merge field", "Name"), _("E-mail"), _("State")),
        *(_("Reason"), _("Variant"), _("Sent"), _("Opened"), _("Clicked"), _("Bounced")),
        *(_("Reported as spam"), _("Unsubscribed")),
    )
    found_ = Recipient.objects.filter(campaign=row).select_related("member").order_by("pk")
    under_way, tested = Batch.under_way(row), row.variants.count() > 1
    for one in found_.iterator(chunk_size=2000):
        one.now(under_way)
        at = (
            *(one.sent_at, one.opened_at, one.clicked_at, one.bounced_at),
            *(one.complained_at, one.unsubscribed_at),
        )
        yield (
            one.member.number,
            *(one.member.name if names else "", one.email if addresses else ""),
            *(one.get_state_display(), _reason(one, whole=addresses)),
            winning.letter_of(one.variant) if tested and one.variant < HELD_VARIANT else "",
            *(f"{timezone.localtime(moment):{AS_EXCEL_READS}}" if moment else "" for moment in at),
        )
