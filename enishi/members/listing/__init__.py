"""A list of members as asked for: filters, search, sort, page, count. Office, API and exports."""

from .conditions import GROUPS, Condition, Kinds, Said, every_condition
from .listing import SORTS, Listing, PlainParams

__all__ = [
    "GROUPS",
    "SORTS",
    "Condition",
    "Kinds",
    "Listing",
    "PlainParams",
    "Said",
    "every_condition",
]
