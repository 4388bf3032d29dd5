"""Stopping by itself when too much comes back, and noticing the end."""

from django.db import transaction

from enishi.campaigns.facts import SendingEnded, SendingPaused
from enishi.campaigns.models import Campaign, State
from enishi.core import clock
from enishi.core.bulk import rows
from enishi.core.facts import announce

LEAST = 100  # mails before anything is judged
BOUNCES = 0.05
COMPLAINTS = 0.001

_COUNTS = """
    SELECT count(*) FILTER (WHERE state IN ('accepted', 'failed')),
           count(*) FILTER (WHERE bounced_at IS NOT NULL OR state = 'failed'),
           count(*) FILTER (WHERE complained_at IS NOT NULL)
      FROM campaigns_recipient WHERE campaign_id = %s
"""
_OPEN = """
    SELECT EXISTS (SELECT FROM campaigns_recipient WHERE campaign_id = %s
                    AND state IN ('held', 'pending'))
"""


def counted(campaign_id: int) -> tuple[int, int, int]:
    """Mails that have left or failed, how many of them came back, how many were complained of."""
    [found] = rows(_COUNTS, [campaign_id])
    return found[0], found[1], found[2]


@transaction.atomic
def watch(campaign_id: int) -> bool:
    """Pause a campaign of which too much comes back; True if it did.

    Who lets it go on knows of what came back until then: only what follows is judged anew.
    """
    campaign = Campaign.objects.select_for_update(of=("self",)).get(pk=campaign_id)
    if campaign.state != State.SENDING:
        return False
    mails, bounces, complaints = counted(campaign_id)
    mails -= campaign.watched_from
    bounces -= campaign.bounces_before
    complaints -= campaign.complaints_before
    if mails < LEAST:
        return False
    why = ""
    if bounces >= mails * BOUNCES:
        why = "bounces"
    elif complaints >= mails * COMPLAINTS and complaints:
        why = "complaints"
    if not why:
        return False
    campaign.state, campaign.why_paused = State.PAUSED, why
    campaign.save(update_fields=["state", "why_paused"])
    announce(SendingPaused(about=campaign, by=None, why=why))
    return True


@transaction.atomic
def stop_broken(campaign_id: int) -> bool:
    """Pause a campaign whose mails cannot be made any more, so that the others go on."""
    campaign = Campaign.objects.select_for_update(of=("self",)).get(pk=campaign_id)
    if campaign.state != State.SENDING:
        return False
    campaign.state, campaign.why_paused = State.PAUSED, "broken"
    campaign.save(update_fields=["state", "why_paused"])
    announce(SendingPaused(about=campaign, by=None, why="broken"))
    return True


@transaction.atomic
def finish(campaign_id: int) -> bool:
    """Close a campaign when nobody waits any more; True if it did."""
    [(is_open,)] = rows(_OPEN, [campaign_id])
    if is_open:
        return False
    campaign = Campaign.objects.select_for_update(of=("self",)).get(pk=campaign_id)
    if campaign.state != State.SENDING:
        return False
    [found] = rows(
        "SELECT count(*) FILTER (WHERE state = 'accepted'),"
        " count(*) FILTER (WHERE state = 'failed'),"
        " count(*) FILTER (WHERE state = 'uncertain')"
        " FROM campaigns_recipient WHERE campaign_id = %s",
        [campaign_id],
    )
    campaign.state, campaign.ended_at = State.DONE, clock.now()
    campaign.save(update_fields=["state", "ended_at"])
    announce(
        SendingEnded(
            about=campaign, by=None, accepted=found[0], failed=found[1], uncertain=found[2]
        )
    )
    return True
