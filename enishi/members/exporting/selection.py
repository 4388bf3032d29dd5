"""Which members an export takes: the filters of a list, kept as plain values in the export."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from enishi.core.refusals import Refusal
from enishi.members.conditions import Holds, Where
from enishi.members.listing import Listing
from enishi.members.models import MemberQuerySet


class FiltersUnclear(Refusal):
    """One of the filters cannot be read any more, so nothing was exported. Choose the members
    again."""


def selected(
    filters: Mapping[str, Any], as_of: date | None = None, by: Any = None
) -> MemberQuerySet:
    """The members that ``filters`` choose: the parameters of the list, or ``ids`` of single rows.

    ``by`` asks: rules mean them by "me", and hidden fields do not exist. With ``as_of``, those who
    were on the roll on that day. Raises FiltersUnclear rather than leave a filter out: that would
    hand out members whom nobody asked for.
    """
    asked = {key: value for key, value in filters.items() if key != "ids"}
    if as_of is not None:
        asked["as_of"] = as_of.isoformat()
    listing = Listing(asked, by=by)
    if listing.problems:
        raise FiltersUnclear
    members = listing.matching
    if ids := filters.get("ids"):
        numbers = [int(one) for one in map(str, ids) if one.isdecimal() and len(one) < 19]
        members = members.filter(Holds(Where("m.id = ANY(%s::bigint[])", (numbers,), total=True)))
    return members
