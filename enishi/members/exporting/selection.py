"""Which members an export takes: the filters of a list, kept as plain values in the export."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from enishi.members.listing import Listing
from enishi.members.models import MemberQuerySet


def selected(filters: Mapping[str, Any], as_of: date | None = None) -> MemberQuerySet:
    """The members that ``filters`` choose: the parameters of the list, or ``ids`` of single rows.

    With ``as_of``, those who were on the roll on that day.
    """
    asked = {key: value for key, value in filters.items() if key != "ids"}
    if as_of is not None:
        asked["as_of"] = as_of.isoformat()
    members = Listing(asked).matching
    if ids := filters.get("ids"):
        members = members.filter(pk__in=ids)
    return members
