"""Another time for a campaign that is scheduled."""

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from enishi.accounts.models import User
from enishi.campaigns.facts import CampaignRescheduled
from enishi.campaigns.models import Campaign, Start, State
from enishi.core import clock
from enishi.core.facts import announce

from . import refusals
from .starting import locked, refuse_far, refuse_start


@transaction.atomic
def reschedule(
    campaign: Campaign, *, at: datetime, by: User | None, was: datetime | None = None
) -> Campaign:
    """Send a scheduled campaign at another time; the checks are those of scheduling it.

    ``was`` is the time that whoever asks had before his eyes. Unlike ``start``, a time that was
    just now is refused: moving a campaign never sends it on the spot.
    Raises NoLongerScheduled, MovedMeanwhile, InThePast, TooFarAhead, NotReady, TextFaults,
    NeedsApproval.
    """
    refuse_far(at)
    campaign = locked(campaign)
    if campaign.state != State.SCHEDULED or campaign.send_at is None:
        raise refusals.NoLongerScheduled
    if was is not None and was != campaign.send_at:
        raise refusals.MovedMeanwhile
    if at <= clock.now():
        raise refusals.InThePast
    refuse_start(campaign, by)
    if at == campaign.send_at:
        return campaign
    before, campaign.send_at = campaign.send_at, at
    campaign.save(update_fields=["send_at"])
    Start.objects.create(campaign=campaign, by=by)  # who ordered it, for this time
    announce(CampaignRescheduled(about=campaign, by=by, before=_said(before), at=_said(at)))
    return campaign


def same_hour(campaign: Campaign, day: date) -> datetime:
    """The time of day at which the campaign is scheduled, on another day, in our zone."""
    moment = timezone.localtime(campaign.send_at).time()
    return timezone.make_aware(datetime.combine(day, moment))


def _said(at: datetime) -> str:
    return at.isoformat(timespec="minutes")
