"""Campaigns, their recipients, links and hits; notices and who has read them."""

from .campaigns import OPEN, UNDER_WAY, Approval, Campaign, CampaignQuerySet, Start, State, Variant
from .notices import Notice, NoticeQuerySet, Reading
from .pictures import Picture
from .recipients import Batch, Bucket, Hit, Link, Recipient, RecipientQuerySet, SendingLimits

__all__ = [
    "OPEN",
    "UNDER_WAY",
    "Approval",
    "Batch",
    "Bucket",
    "Campaign",
    "CampaignQuerySet",
    "Hit",
    "Link",
    "Notice",
    "NoticeQuerySet",
    "Picture",
    "Reading",
    "Recipient",
    "RecipientQuerySet",
    "SendingLimits",
    "Start",
    "State",
    "Variant",
]
