"""Who is chosen on the list: the ticked rows, or everybody who fits the filters."""

from typing import Any

from enishi.accounts.permissions import OfficeRequest
from enishi.members.listing import Listing
from enishi.members.models import Member, MemberQuerySet

from .filters import Pairs, pairs

MOST_TICKED = 1_000


def filters_of(request: OfficeRequest) -> dict[str, Any]:
    """The selection as ``exporting.selection.selected`` reads it."""
    if not request.POST.get("all"):
        return {"ids": _ticked(request)}
    found: dict[str, Any] = {}
    for name, value in pairs(request.POST):
        found.setdefault(name, []).append(value)
    return found


def members_of(request: OfficeRequest) -> MemberQuerySet:
    """The members themselves; nobody where a filter cannot be read."""
    if request.POST.get("all"):
        listing = Listing(request.POST, by=request.user)
        # A filter that cannot be read must not turn "those" into "everybody".
        return Member.objects.none() if listing.problems else listing.matching
    return Member.objects.present().filter(pk__in=_ticked(request))


def kept(request: OfficeRequest) -> Pairs:
    """What a page about the selection must send on."""
    found = pairs(request.POST)
    if request.POST.get("all"):
        return [*found, ("all", "yes")]
    return [*found, *(("ids", str(pk)) for pk in _ticked(request))]


def _ticked(request: OfficeRequest) -> list[int]:
    ids = request.POST.getlist("ids")[:MOST_TICKED]
    return [int(pk) for pk in ids if pk.isascii() and pk.isdigit() and len(pk) < 19]
