"""Campaigns, their recipients, links and hits; notices and who has read them."""

from .campaigns import OPEN, UNDER_WAY, Approval, Campaign, CampaignQuerySet, Start, State, Variant
from .notices import Notice, NoticeQuerySet, Reading
from .recipients import Bucket, Hit, Link, Recipient, SendingLimits

__all__ = [
    "OPEN",
    "UNDER_WAY",
    "Approval",
    "Bucket",
    "Campaign",
    "CampaignQuerySet",
    "Hit",
    "Link",
    "Notice",
    "NoticeQuerySet",
    "Reading",
    "Recipient",
    "SendingLimits",
    "Start",
    "State",
    "Variant",
]
