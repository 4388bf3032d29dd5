"""Putting mails into the mailbox, and reading what is in them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from email import message_from_bytes
from email.utils import parseaddr
from typing import cast

from enishi.core import clock
from enishi.core.japanese import fold
from enishi.messaging.headers import decoded, in_charset
from enishi.messaging.models import KeptMail
from enishi.messaging.providers.base import Envelope

_SEARCHED = 20_000  # characters of the text


def keep(envelopes: Sequence[Envelope]) -> None:
    """Keep the mails, in the caller's transaction."""
    KeptMail.objects.bulk_create([_row(envelope) for envelope in envelopes])


def _row(envelope: Envelope) -> KeptMail:
    read = reading(envelope.content)
    words = " ".join((envelope.to, read.to, read.sender, read.subject, read.text[:_SEARCHED]))
    return KeptMail(
        at=clock.now(),
        return_path=envelope.return_path[:320],
        to=envelope.to[:320],
        to_name=parseaddr(read.to)[0][:200],
        sender=read.sender[:320],
        subject=read.subject[:500],
        search=fold(words).lower().replace("\x00", ""),
        source=envelope.content,
        size=len(envelope.content),
        has_attachments=bool(read.attachments),
    )


@dataclass
class Attached:
    """A file in a mail."""

    name: str
    type: str
    content: bytes


@dataclass
class Reading:
    """What a mail says."""

    sender: str = ""
    to: str = ""
    subject: str = ""
    text: str = ""
    html: str = ""
    headers: list[tuple[str, str]] = field(default_factory=list)
    attachments: list[Attached] = field(default_factory=list)


def reading(source: bytes) -> Reading:
    """The parts of a mail, as a mail program shows them. Never raises for odd mails."""
    message = message_from_bytes(source)
    headers = [(name, decoded(str(value))) for name, value in message.items()]
    first = {name.lower(): value for name, value in reversed(headers)}
    found = Reading(
        sender=first.get("from", ""),
        to=first.get("to", ""),
        subject=first.get("subject", ""),
        headers=headers,
    )
    for part in message.walk():
        if part.is_multipart():
            continue
        kind, name = part.get_content_type(), part.get_filename() or ""
        content = cast("bytes", part.get_payload(decode=True) or b"")
        if name or part.get_content_disposition() == "attachment":
            found.attachments.append(Attached(name or "file", kind, content))
        elif kind in {"text/plain", "text/html"}:
            text = in_charset(content, part.get_content_charset() or "utf-8").replace("\r\n", "\n")
            if kind == "text/html":
                found.html = found.html or text
            else:
                found.text = found.text or text
        else:
            found.attachments.append(Attached(kind.replace("/", "."), kind, content))
    return found
