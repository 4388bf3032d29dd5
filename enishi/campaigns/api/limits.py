"""How fast mail may leave, and with what campaigns begin."""

from typing import Any

from django.http import HttpRequest
from ninja import Field as Described
from ninja import Router, Schema

from enishi.accounts.api import needs
from enishi.campaigns import actions
from enishi.campaigns.models import SendingLimits

from .campaigns import body_of
from .shapes import by_of

router = Router(tags=["campaigns"])


class Limits(Schema):
    """0: as fast as the mail server takes them."""

    per_second: int = Described(description="mails a second, altogether")
    per_sender: int = Described(description="mails a second, from each sender address")
    connections: int = Described(description="to the mail server, each process")
    domains: dict[str, float] = Described(description="domain: mails a second")
    quiet_from: str | None = Described(description="new campaigns begin with it, such as 21:00")
    quiet_to: str | None
    late_hours: int


class LimitValues(Schema):
    """Only what is named changes."""

    per_second: Any = None
    per_sender: Any = None
    connections: Any = None
    domains: Any = None
    quiet_from: Any = None
    quiet_to: Any = None
    late_hours: Any = None


def _answer(row: SendingLimits) -> dict[str, Any]:
    ends = {name: getattr(row, name) for name in ("quiet_from", "quiet_to")}
    return {
        **{name: getattr(row, name) for name in (*actions.LIMITS, "domains")},
        **{name: at.isoformat("minutes") if at else None for name, at in ends.items()},
    }


@router.get(
    "/sending-limits", response=Limits, auth=needs("campaigns:read"), summary="Sending limits"
)
def limits(request: HttpRequest) -> dict[str, Any]:
    """As senders keep to them now."""
    return _answer(SendingLimits.current())


@router.patch(
    "/sending-limits",
    response=Limits,
    auth=needs("campaigns:configure"),
    summary="Change the sending limits",
)
def change(request: HttpRequest, values: LimitValues) -> dict[str, Any]:
    """Takes effect within seconds, also for what is being sent."""
    return _answer(actions.change_limits(body_of(request), by=by_of(request)))
