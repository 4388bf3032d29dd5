"""How fast mail may leave: token buckets in the database, one truth for all processes."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from enishi.campaigns.models import SendingLimits
from enishi.core import clock
from enishi.core.bulk import rows
from enishi.messaging.actions import addresses

from .printing import Claimed

_LEFT = "SELECT tokens, at FROM campaigns_bucket WHERE key = %s FOR UPDATE"


def take(key: str, rate: float, most: int, now: datetime | None = None) -> int:
    """Take up to ``most`` tokens from a bucket that fills with ``rate`` a second; returns how many.

    Call it in a transaction: the bucket is locked until the end of it.
    """
    now = now or clock.now()
    room = max(rate, 1.0)
    found = rows(_LEFT, [key])
    had = room
    if found:
        tokens, at = found[0]
        had = min(room, tokens + rate * max(0.0, (now - at).total_seconds()))
    taken = min(most, int(had))
    rows(
        "INSERT INTO campaigns_bucket (key, tokens, at) VALUES (%s, %s, %s)"
        " ON CONFLICT (key) DO UPDATE SET tokens = excluded.tokens, at = excluded.at"
        " RETURNING key",
        [key, had - taken, now],
    )
    return taken


def allowance(sender: str, limits: SendingLimits, most: int) -> int:
    """How many mails of a campaign may leave now, by the limits of the house and the sender."""
    if limits.per_second:
        most = take("all", limits.per_second, most)
    if limits.per_sender and most:
        most = take(f"from:{sender}", limits.per_sender, most)
    return most


def over_domain(claimed: Sequence[Claimed], limits: SendingLimits) -> dict[int, float]:
    """Recipients whose domain has no room now, and in how many seconds to try again."""
    if not limits.domains:
        return {}
    by_domain = Counter(addresses.domain_of(one.email) for one in claimed)
    late: dict[int, float] = {}
    for domain, count in sorted(by_domain.items()):
        rate = float(limits.domains.get(domain, 0) or 0)
        if rate <= 0:
            continue
        room = take(f"to:{domain}", rate, count)
        theirs = [one for one in claimed if addresses.domain_of(one.email) == domain]
        for place, one in enumerate(theirs[room:], start=1):
            late[one.id] = place / rate
    return late
