"""A mail as a page: for whoever it was sent to, and for everybody where the office wants it."""

import re

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.html import escape
from django.views.decorators.http import require_safe

from enishi.accounts.permissions import public
from enishi.campaigns.actions import subject_without_reader, without_reader
from enishi.campaigns.models import Campaign, Recipient
from enishi.campaigns.sending.printing import Claimed, Press
from enishi.campaigns.tracking import tokens
from enishi.campaigns.views.looking import POLICY, as_html
from enishi.core.refusals import BrokenLink, Refusal

_TITLE = re.compile(r"<title[^>]*>[^<]", re.IGNORECASE)
_HEAD = re.compile(r"<head\b[^>]*>", re.IGNORECASE)


@public
@require_safe
def mail(request: HttpRequest, word: str) -> HttpResponse:  # noqa: ARG001
    """The mail of the recipient whose signed word this is, as it was sent; links still work."""
    read = tokens.read(word)
    row = None
    if read is not None:
        row = Recipient.objects.filter(pk=read.recipient, campaign_id=read.campaign).first()
    if row is None:
        raise BrokenLink
    campaign = Campaign.objects.get(pk=row.campaign_id)
    claimed = Claimed(row.pk, row.member_id, row.email, row.variant, 0)
    try:
        press = Press(campaign)
        press.read([claimed])
        shown = press.page(claimed)
    except Refusal:  # a field or a segment that it names is gone
        shown = None
    if shown is None:
        raise BrokenLink
    answer = _as_page(shown, press.title(claimed))
    answer["X-Robots-Tag"] = "noindex"
    return answer


def _as_page(html: str, title: str = "") -> HttpResponse:
    """A mail as a page of its own, with its subject where the browser shows a title."""
    if title and not _TITLE.search(html):
        titled = f"<title>{escape(title)}</title>"
        found = _HEAD.search(html)
        at = found.end() if found else 0
        html = html.replace("<title></title>", "", 1)
        html = html[:at] + titled + html[at:]
    answer = HttpResponse(html)
    answer["Content-Security-Policy"] = POLICY.replace(
        "frame-ancestors 'self'", "frame-ancestors 'none'"
    )
    answer["Referrer-Policy"] = "no-referrer"
    return answer


@public
@require_safe
def archive(request: HttpRequest) -> HttpResponse:
    """Mails that the office has made public, the newest first."""
    rows = Campaign.objects.public().prefetch_related("variants").order_by("-started_at")[:100]
    mails = [(one, subject_without_reader(one)) for one in rows]
    return render(request, "campaigns/portal/archive.html", {"mails": mails})


@public
@require_safe
def archived(request: HttpRequest, pk: int) -> HttpResponse:  # noqa: ARG001
    """One of them, as nobody in particular: without parts for a segment and without names."""
    campaign = get_object_or_404(Campaign.objects.public(), pk=pk)
    shown = without_reader(campaign)
    if shown is None:
        raise Http404
    return _as_page(shown.html or as_html(shown.text), shown.subject)
