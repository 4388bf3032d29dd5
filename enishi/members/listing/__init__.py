"""A list of members as asked for: filters, search, sort, page, count. Office, API and exports."""

from .conditions import Condition, Kinds, Said
from .listing import Listing
from .questions import GROUPS, every_condition
from .ruling import ALL, Tree, joined, parts_of, rule_of, unnamed
from .sorting import SORTS, sorts_for

__all__ = [
    "ALL",
    "GROUPS",
    "SORTS",
    "Condition",
    "Kinds",
    "Listing",
    "Said",
    "Tree",
    "every_condition",
    "joined",
    "parts_of",
    "rule_of",
    "sorts_for",
    "unnamed",
]
