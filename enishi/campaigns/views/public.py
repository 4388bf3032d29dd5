"""A mail as a page, for whoever it was sent to."""

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from enishi.accounts.permissions import public
from enishi.campaigns.models import Campaign, Recipient
from enishi.campaigns.sending.printing import Claimed, Press
from enishi.campaigns.tracking import tokens
from enishi.campaigns.views.campaigns import POLICY


@public
@require_safe
def mail(request: HttpRequest, word: str) -> HttpResponse:  # noqa: ARG001
    """The mail of the recipient whose signed word this is, as it was sent; links still work."""
    read = tokens.read(word)
    row = None
    if read is not None:
        row = Recipient.objects.filter(pk=read.recipient, campaign_id=read.campaign).first()
    if row is None:
        raise Http404
    campaign = Campaign.objects.get(pk=row.campaign_id)
    press = Press(campaign)
    claimed = Claimed(row.pk, row.member_id, row.email, row.variant, 0)
    press.read([claimed])
    shown = press.page(claimed)
    if shown is None:
        raise Http404
    answer = HttpResponse(shown)
    answer["Content-Security-Policy"] = POLICY.replace(
        "frame-ancestors 'self'", "frame-ancestors 'none'"
    )
    answer["Referrer-Policy"] = "no-referrer"
    answer["X-Robots-Tag"] = "noindex"
    return answer
