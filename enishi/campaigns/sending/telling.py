"""Telling the stream of activities which mails were sent, in sets, apart from the sending."""

from datetime import timedelta
from hashlib import blake2b
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q

from enishi.activity.actions import Happened, record_many
from enishi.campaigns.body.fields import readable
from enishi.campaigns.models import Campaign
from enishi.core import clock
from enishi.core.bulk import rows

PART = 5000
LAG = timedelta(seconds=10)  # what is written later than it was noted is still found
_SENT = """
    SELECT id, member_id, sent_at FROM campaigns_recipient
     WHERE campaign_id = %s AND state = 'accepted' AND sent_at >= %s AND sent_at <= %s
     ORDER BY sent_at LIMIT %s
"""


def tell() -> int:
    """Record mail.sent and mail.delivered for what has left since the last time."""
    recent = Q(ended_at=None) | Q(told_until=None) | Q(told_until__lt=F("ended_at") + LAG)
    told = 0
    for campaign in Campaign.objects.filter(recent).exclude(started_at=None):
        while count := _tell_part(campaign.pk):
            told += count
            if count < PART:
                break
    return told


@transaction.atomic
def _tell_part(campaign_id: int) -> int:
    campaign = Campaign.objects.select_for_update(of=("self",)).get(pk=campaign_id)
    since = campaign.told_until or campaign.started_at
    if since is None:
        return 0
    until = clock.now() - LAG
    # Told twice at the edge: the ids are made of the recipient, so nothing is recorded twice.
    sent = rows(_SENT, [campaign_id, since, until, PART])
    props = {"campaign": campaign_id, "subject": readable(campaign.subject)}
    record_many(
        Happened(
            member_id, kind, at=at, object=str(campaign_id), props=props, id=_id(recipient, kind)
        )
        for recipient, member_id, at in sent
        for kind in ("mail.sent", "mail.delivered")
    )
    campaign.told_until = sent[-1][2] if len(sent) == PART else until
    campaign.save(update_fields=["told_until"])
    return len(sent)


def _id(recipient: int, kind: str) -> UUID:
    return UUID(bytes=blake2b(f"campaign {recipient} {kind}".encode(), digest_size=16).digest())
