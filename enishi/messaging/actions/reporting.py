"""What is known about an address after a message to it: bounces, complaints, and what follows."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import transaction

from enishi.core import clock
from enishi.core.facts import announce
from enishi.messaging.addresses import domain_of, hash_of
from enishi.messaging.facts import BounceReceived, ComplaintReceived
from enishi.messaging.inbound.classifying import kind_of_answer
from enishi.messaging.models import Channel, Inbound, MailSettings, Message, Report
from enishi.messaging.models.messages import OUR_REASONS
from enishi.messaging.permissions import sees_addresses, without_addresses
from enishi.messaging.providers.base import Outcome, State

from .suppressing import suppress

Token = tuple[str, int]
AddressOf = Callable[[int], str]
_address_of: dict[str, AddressOf] = {}


def addressed_by(kind: str) -> Callable[[AddressOf], AddressOf]:
    """Register the function number → address ('' when unknown) for tokens of ``kind``."""

    def decorator(function: AddressOf) -> AddressOf:
        _address_of[kind] = function
        return function

    return decorator


@addressed_by("m")
def _of_message(number: int) -> str:
    return Message.objects.filter(pk=number).values_list("to", flat=True).first() or ""


def answered(outcome: Outcome, *, address: str, token: Token | None = None) -> Report | None:
    """Tell what a mail server answered while we were sending: a final no to the recipient is a
    bounce like one that comes back by mail. Other outcomes are nobody's fault here."""
    if outcome.state != State.REFUSED or outcome.about == "sender":
        return None
    kind = kind_of_answer(outcome.code, outcome.text)
    if outcome.about == "content" and kind == Report.Kind.HARD:
        kind = Report.Kind.BLOCKED  # a no to the content says nothing about the address
    return report(kind=kind, source="answer", address=address, token=token, text=outcome.text)


def in_words(said: str) -> str:
    """What a mail server answered, with what that means before it where it can be told."""
    kind = kind_of_answer(0, said) if said else Report.Kind.UNKNOWN
    return said if kind == Report.Kind.UNKNOWN else f"{Report.Kind(kind).label}: {said}"


def reason_for(user: Any, message: Message) -> str:
    """Why the message is in its state, as ``user`` may read it: without the address that a mail
    server repeats, for whoever may not see it."""
    if message.reason in OUR_REASONS:
        return message.why
    return in_words(message.reason if sees_addresses(user) else without_addresses(message.reason))


@transaction.atomic
def report(
    *,
    kind: str,
    source: str,
    address: str = "",
    token: Token | None = None,
    channel: str = Channel.EMAIL,
    status: str = "",
    text: str = "",
    inbound: Inbound | None = None,
) -> Report:
    """Write down what came back, stop the address where the rules say so, and announce it.

    Hard bounces and complaints stop at once, soft ones after ``soft_limit`` in ``soft_days``.
    ``token`` is what the return path said. A mail without one proves nothing (anybody can write
    that an address is dead): it counts like a soft bounce, whatever it says.
    """
    if token is not None:
        address = _address_known(token) or address
    row = Report.objects.create(
        at=clock.now(),
        channel=channel,
        kind=kind,
        source=source,
        inbound=inbound,
        hash=hash_of(address, channel) if address else None,
        domain=domain_of(address)[:255] if channel == Channel.EMAIL else "",
        token_kind=token[0] if token else "",
        token_number=token[1] if token else None,
        status=status[:20],
        text=" ".join(text.replace("\x00", "").split())[:500],
    )
    stopped = bool(address) and _stop(row, address)
    if token is not None and token[0] == "m" and row.is_bounce:
        Message.objects.filter(pk=token[1]).update(state=Message.State.BOUNCED, reason=row.text)
    number = row.token_number
    if row.is_bounce:
        announce(
            BounceReceived(
                about=row,
                by=None,
                channel=channel,
                kind=kind,
                token_kind=row.token_kind,
                number=number,
                status=row.status,
                text=row.text,
                suppressed=stopped,
            )
        )
    elif kind == Report.Kind.COMPLAINT:
        announce(
            ComplaintReceived(
                about=row, by=None, channel=channel, token_kind=row.token_kind, number=number
            )
        )
    return row


def _address_known(token: Token) -> str:
    find = _address_of.get(token[0])
    return find(token[1]) if find else ""


def _stop(row: Report, address: str) -> bool:
    """Suppress the address if this report, or the last ones together, ask for it."""
    kinds = Report.Kind
    reasons = {kinds.HARD: "hard", kinds.COMPLAINT: "complaint"}
    proven = bool(row.token_kind) or row.source not in Inbound.Source.values
    reason = reasons.get(kinds(row.kind)) if proven else None
    counted = (kinds.SOFT, kinds.FULL, kinds.BLOCKED, kinds.HARD, kinds.COMPLAINT)
    if reason is None and row.kind in counted:
        rules = MailSettings.current()
        since = row.at - timedelta(days=rules.soft_days)
        lately = Report.objects.filter(
            channel=row.channel, hash=row.hash, kind__in=counted, at__gt=since
        )
        if lately.count() >= rules.soft_limit:
            reason = "soft"
    if reason is None:
        return False
    suppress(address, channel=row.channel, reason=reason, detail=row.text)
    return True
