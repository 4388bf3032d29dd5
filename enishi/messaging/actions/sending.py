"""Sending one message to one address."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db import models, transaction

from enishi.accounts.models import User
from enishi.core.models import Organisation
from enishi.messaging import tokens
from enishi.messaging.addresses import BadAddress, Mailbox, wire
from enishi.messaging.models import Channel, MailSettings, Message, MessageClass, MessageFile

from .holding import hold_reason
from .refusals import NoSuchAddress, TooLongForSms

LONGEST_SMS = 660  # what Japanese carriers take as one, put together from parts of 67


def units_of(text: str) -> int:
    """How long a text counts by SMS: UTF-16, in which an emoji is two."""
    return len(text.encode("utf-16-le", "replace")) // 2


# GSM 03.38: a text of these alone travels in seven bits; one other letter, and all of it in UCS-2.
_SEVEN_BITS = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_TWICE = frozenset("^{}\\[~]|€")  # two places each


def parts_of(text: str) -> int:
    """As how many SMS a text is counted and paid: one alone holds 70 letters (160 if all are
    Latin), each of several 67 (153)."""
    if set(text) <= _SEVEN_BITS | _TWICE:
        length, alone, each = len(text) + sum(one in _TWICE for one in text), 160, 153
    else:
        length, alone, each = units_of(text), 70, 67
    return 1 if length <= alone else -(-length // each)


@dataclass(frozen=True)
class File:
    """A file to go with a message."""

    name: str
    content: bytes
    type: str = "application/octet-stream"


@transaction.atomic
def send(
    *,
    to: str,
    channel: str = Channel.EMAIL,
    subject: str = "",
    text: str = "",
    html: str = "",
    to_name: str = "",
    message_class: str = MessageClass.TRANSACTIONAL,
    topic: str = "",
    sender: Mailbox | None = None,
    reply_to: str = "",
    headers: Mapping[str, str] | None = None,
    files: Sequence[File] = (),
    link: str = "",
    template: str = "",
    secret: bool = False,
    about: models.Model | None = None,
    key: str = "",
    by: User | None = None,
) -> Message:
    """Send one message: it leaves after the caller's transaction, in a job, and is tried again.

    ``to``: an e-mail address; digits for SMS; the id of a user for push and notices. ``secret``:
    the text opens a door and is wiped once it is sent. ``about``: what it is about, such as the
    member; with ``topic`` (its key) that is whose consent advertising needs. Advertising without
    consent and suppressed addresses are not sent: the message is kept as HELD with the reason.
    ``key``: at most one message has it (IntegrityError). Raises NoSuchAddress, TooLongForSms.
    """
    to = to.strip()
    _refuse_strange(to, channel)
    if reply_to:
        _refuse_strange(reply_to, Channel.EMAIL)
    if channel == Channel.SMS and units_of(text) > LONGEST_SMS:
        raise TooLongForSms(longest=LONGEST_SMS)
    message = Message.objects.create(
        channel=channel,
        message_class=message_class,
        topic=topic,
        to=to,
        to_name=to_name[:200],
        sender=sender.address if sender else "",
        sender_name=sender.name[:200] if sender else "",
        reply_to=reply_to,
        subject=" ".join(subject.split())[:500].replace("\x00", ""),
        text=text.replace("\x00", ""),
        html=html.replace("\x00", ""),
        headers=dict(headers or {}),
        link=link,
        template=template,
        secret=secret,
        about_type=about._meta.label_lower if about is not None else "",
        about_id=str(about.pk) if about is not None else "",
        key=key,
        by=by,
    )
    MessageFile.objects.bulk_create(
        MessageFile(message=message, name=one.name[:200], type=one.type[:100], content=one.content)
        for one in files
    )
    if reason := hold_reason(message):
        message.state, message.reason = Message.State.HELD, reason
        message.save(update_fields=["state", "reason"])
    else:
        enqueue(message)
    return message


def enqueue(message: Message) -> None:
    from enishi.messaging.jobs import deliver_message

    deliver_message.enqueue(message_id=message.pk)


def _refuse_strange(to: str, channel: str) -> None:
    if channel == Channel.EMAIL:
        try:
            wire(to)
        except BadAddress as error:
            raise NoSuchAddress(address=to[:100]) from error
    elif not to.lstrip("+").isdigit() or not to.isascii():
        raise NoSuchAddress(address=to[:100])


def default_sender() -> Mailbox:
    """Who mail comes from when nothing else is said: of the settings, else of the installation."""
    mail, organisation = MailSettings.current(), Organisation.current()
    name = mail.sender_name or organisation.name or "Enishi"
    return Mailbox(mail.sender or settings.DEFAULT_FROM_ADDRESS, name)


def return_paths(kind: str, *, sender: str = "") -> Callable[[int], str]:
    """The return path by number. Without a bounce address in the settings it is ``sender``."""
    bounce = MailSettings.current().bounce_address
    if not bounce and settings.MAIL_TRANSPORT == "anymail":  # its webhooks tell us the word back
        bounce = f"bounce@{settings.MAIL_HOST}"
    if bounce:
        return tokens.return_paths(kind, bounce)
    address = sender or default_sender().address
    return lambda _number: address
