"""How many members a list has: exactly where that is quick, else by what the planner believes."""

import json
from typing import Any

from enishi.core.bulk import TooSlow, patience
from enishi.core.pages import CAP, Count, capped_count
from enishi.members.models import MemberQuerySet

CHEAP = 8_000  # in the planner's units: a count of less is simply made
PATIENCE = 15  # milliseconds after which one of more is given up


def planned(rows: MemberQuerySet) -> dict[str, Any]:
    """What PostgreSQL would do, with "Total Cost" and "Plan Rows"."""
    found: dict[str, Any] = json.loads(rows.explain(format="json"))[0]["Plan"]
    return found


def quick_count(rows: MemberQuerySet) -> Count | None:
    """A capped count, given up (None) where it would have to read far too much for it."""
    some = rows.order_by()[: CAP + 1]
    if planned(some)["Total Cost"] < CHEAP:
        return capped_count(rows)
    try:
        with patience(PATIENCE):
            return capped_count(rows)
    except TooSlow:
        return None
