"""A list of members as asked for: filters, search, sort, page, count. Office, API and exports."""

from .conditions import Condition, Kinds, Said
from .listing import SORTS, Listing, PlainParams
from .questions import GROUPS, every_condition

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
