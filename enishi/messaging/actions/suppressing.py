"""Leaving addresses alone."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction

from enishi.accounts.models import User
from enishi.core import clock
from enishi.core.facts import announce
from enishi.messaging.addresses import domain_of, hash_of, hash_sql
from enishi.messaging.facts import AddressSuppressed, SuppressionLifted
from enishi.messaging.models import Channel, Suppression

from .refusals import NotInForce, ReasonMissing


def suppressed(addresses: Iterable[str], channel: str = Channel.EMAIL) -> dict[str, str]:
    """Which of ``addresses`` are suppressed, with the reason. One query for all of them."""
    hashes = {hash_of(address, channel): address for address in addresses}
    rows = Suppression.objects.in_force().filter(channel=channel, hash__in=list(hashes))
    return {hashes[bytes(row.hash)]: row.reason for row in rows.only("hash", "reason")}


def suppressed_sql(address: str, channel: str = Channel.EMAIL) -> tuple[str, list[Any]]:
    """A condition over the SQL expression ``address`` (such as ``m.email``), with its parameters:
    true where that address is suppressed. For freezing an audience in one statement."""
    sql, params = hash_sql(address, channel)
    return (
        "EXISTS (SELECT FROM messaging_suppression supp WHERE supp.channel = %s"
        f" AND supp.lifted_at IS NULL AND supp.hash = {sql})",
        [channel, *params],
    )


@transaction.atomic
def suppress(
    address: str,
    *,
    channel: str = Channel.EMAIL,
    reason: str,
    detail: str = "",
    by: User | None = None,
) -> Suppression:
    """Leave ``address`` alone from now on; nothing changes if it is suppressed already."""
    row, made = Suppression.objects.get_or_create(
        channel=channel,
        hash=hash_of(address, channel),
        lifted_at=None,
        defaults={
            "domain": domain_of(address)[:255] if channel == Channel.EMAIL else "",
            "reason": reason,
            "detail": detail[:500],
            "by": by,
            "at": clock.now(),
        },
    )
    if made:
        announce(AddressSuppressed(about=row, by=by, channel=channel, reason=reason))
    return row


@transaction.atomic
def lift(row: Suppression, *, reason: str, by: User | None) -> Suppression:
    """Let the address be written to again. Only by hand, and with a reason that is kept."""
    row = Suppression.objects.select_for_update().get(pk=row.pk)
    if row.lifted_at is not None:
        raise NotInForce
    reason = " ".join(reason.split())[:500]
    if not reason:
        raise ReasonMissing
    row.lifted_at, row.lifted_by, row.lifted_reason = clock.now(), by, reason
    row.save(update_fields=["lifted_at", "lifted_by", "lifted_reason"])
    announce(SuppressionLifted(about=row, by=by, channel=row.channel, reason=reason))
    return row
