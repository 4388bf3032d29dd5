"""Campaigns, their recipients, links and hits."""

from .campaigns import OPEN, UNDER_WAY, Approval, Campaign, CampaignQuerySet, Start, State, Variant
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
    "Recipient",
    "SendingLimits",
    "Start",
    "State",
    "Variant",
]
