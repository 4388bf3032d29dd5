"""A list of members as asked for: filters, search, sort, page, count. Office, API and exports."""

from .conditions import Condition, Kinds, PlainParams, Said
from .listing import SORTS, Listing, sorts_for
from .questions import GROUPS, every_condition
from .ruling import ALL, Tree, joined, parts_of, rule_of, unnamed

__all__ = [
    "ALL",
    "GROUPS",
    "SORTS",
    "Condition",
    "Kinds",
    "Listing",
    "PlainParams",
    "Said",
    "Tree",
    "every_condition",
    "joined",
    "parts_of",
    "rule_of",
    "sorts_for",
    "unnamed",
]
