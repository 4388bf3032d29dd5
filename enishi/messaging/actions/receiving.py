"""Mails to the bounce address: kept first, understood afterwards."""

import hashlib
from collections.abc import Sequence

from django.db import transaction

from enishi.core import clock
from enishi.messaging.inbound.reading import findings
from enishi.messaging.models import Inbound, MailSettings
from enishi.messaging.tokens import read_return_path

from .reporting import report


@transaction.atomic
def receive(content: bytes, *, source: str, to: Sequence[str] = ()) -> Inbound:
    """Keep a returned mail and have it read by a job. The same mail twice is one."""
    from enishi.messaging.jobs import read_inbound

    recipients = " ".join(to)[:320]
    digest = hashlib.sha256(recipients.encode() + b"\0" + content).digest()
    row, made = Inbound.objects.get_or_create(
        digest=digest,
        defaults={"content": content, "source": source, "to": recipients, "at": clock.now()},
    )
    if made:
        read_inbound.enqueue(inbound_id=row.pk)
    return row


@transaction.atomic
def understand(inbound_id: int) -> int:
    """Read a kept mail and report what it tells; returns how many findings. Once only."""
    row = Inbound.objects.select_for_update().filter(pk=inbound_id, read_at=None).first()
    if row is None:
        return 0
    found = findings(bytes(row.content), row.to.split())
    for one in found:
        report(
            kind=one.kind,
            source=row.source,
            address=one.address,
            token=one.token,
            status=one.status,
            text=one.text,
            inbound=row,
        )
    row.read_at = clock.now()
    row.save(update_fields=["read_at"])
    return len(found)


def receive_by_imap(content: bytes) -> None:
    """Keep a mail that was found in the IMAP mailbox."""
    receive(content, source=Inbound.Source.IMAP)


def is_ours(address: str) -> bool:
    """Whether the receiver takes mail to this address: signed return paths, the bounce address."""
    if read_return_path(address) is not None:
        return True
    bounce = MailSettings.current().bounce_address
    return bool(bounce) and address.lower() == bounce.lower()
