"""Handing one message to its provider, exactly once as far as anybody can know."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from enishi.accounts.models import User
from enishi.core import clock
from enishi.core.facts import announce
from enishi.messaging import merge, tokens
from enishi.messaging.addresses import BadAddress, Mailbox, domain_of
from enishi.messaging.delivery import mail_transport, provider_of
from enishi.messaging.facts import MessageSent
from enishi.messaging.mime import Attachment, Letter
from enishi.messaging.models import (
    Channel,
    Inbound,
    KeptMail,
    MailSettings,
    Message,
    MessageFile,
)
from enishi.messaging.providers.base import Envelope, Outcome, State

from .holding import hold_reason
from .refusals import NothingToSend
from .reporting import answered
from .sending import default_sender, enqueue, return_paths

MOST_ATTEMPTS = 12
LONGEST_WAIT = timedelta(hours=4)


def deliver(message_id: int) -> None:
    """Send a waiting message. One whose sender was killed in the middle becomes UNCERTAIN."""
    message = _begin(message_id)
    if message is None:
        return
    if message.channel == Channel.EMAIL:
        outcome = _deliver_mail(message)
    else:
        _handing_over(message)
        provider = provider_of(message.channel)
        message.provider = provider.name
        outcome = provider.deliver(message)
    _finish(message, outcome)


@transaction.atomic
def _begin(message_id: int) -> Message | None:
    message = Message.objects.select_for_update(of=("self",)).filter(pk=message_id).first()
    if message is None or message.state not in (Message.State.WAITING, Message.State.SENDING):
        return None
    if message.state == Message.State.SENDING:
        _end(message, Message.State.UNCERTAIN, "interrupted")
        return None
    if reason := hold_reason(message):
        _end(message, Message.State.HELD, reason)
        return None
    message.attempts += 1
    message.next_at = None
    message.save(update_fields=["attempts", "next_at"])
    return message


def _handing_over(message: Message) -> None:
    Message.objects.filter(pk=message.pk).update(state=Message.State.SENDING)


def _deliver_mail(message: Message) -> Outcome:
    try:
        envelope = _envelope(message)
    except BadAddress:
        return Outcome(State.REFUSED, 501, "no_address", "recipient")
    with mail_transport() as transport:
        message.provider = transport.name
        for _envelope_sent, outcome in transport.send(
            [envelope], lambda _one: _handing_over(message)
        ):
            return outcome
    raise RuntimeError("no answer for a message")


def _envelope(message: Message) -> Envelope:
    sender = default_sender()
    if message.sender:
        sender = Mailbox(message.sender, message.sender_name)
    reply_to = message.reply_to or MailSettings.current().reply_to
    files = [Attachment(one.name, one.type, bytes(one.content)) for one in message.files.all()]
    headers = {"Auto-Submitted": "auto-generated", **message.headers}
    letter = Letter(
        sender=sender,
        subject=merge.plain(message.subject),
        text=merge.plain(message.text),
        html=merge.plain(message.html) if message.html else None,
        reply_to=Mailbox(reply_to) if reply_to else None,
        headers=headers,
        attachments=files,
    )
    content = letter.build(
        Mailbox(message.to, message.to_name), {}, message_id=message_id_of(message, sender.address)
    )
    path = return_paths("m", sender=sender.address)
    return Envelope(path(message.pk), message.to, content, message.pk)


def message_id_of(message: Message, sender: str) -> str:
    """The Message-ID; the same when a message is sent a second time."""
    return tokens.message_id("m", message.pk, domain_of(sender) or settings.MAIL_HOST)


def verdict(outcome: Outcome, attempts: int) -> tuple[str, str, datetime | None]:
    """What an answer makes of a message tried so often: its state, the reason, the next try."""
    states = Message.State
    if outcome.may_retry and attempts < MOST_ATTEMPTS:
        wait = min(LONGEST_WAIT, timedelta(minutes=2 ** (attempts - 1)))
        return states.WAITING, outcome.text[:500], clock.now() + wait
    if outcome.state == State.ACCEPTED:
        return states.SENT, "", None
    ends = {State.UNCERTAIN: states.UNCERTAIN, State.REFUSED: states.REFUSED}
    return ends.get(outcome.state, states.FAILED), outcome.text[:500], None


@transaction.atomic
def _finish(message: Message, outcome: Outcome) -> None:
    state, reason, next_at = verdict(outcome, message.attempts)
    if state == Message.State.WAITING:
        message.state, message.reason, message.next_at = state, reason, next_at
        message.save(update_fields=["state", "reason", "next_at", "provider"])
        return
    if state == Message.State.SENT:
        message.sent_at = clock.now()
        _end(message, state, reason)
        announce(
            MessageSent(
                about=message, by=message.by, channel=message.channel, template=message.template
            )
        )
        return
    _end(message, state, reason)
    if message.channel == Channel.EMAIL:
        answered(outcome, address=message.to, token=("m", message.pk))


def _end(message: Message, state: str, reason: str) -> None:
    message.state, message.reason, message.next_at = state, reason[:500], None
    if message.secret and state != Message.State.UNCERTAIN:
        message.text = message.html = ""
    message.save(
        update_fields=["state", "reason", "next_at", "text", "html", "sent_at", "provider"]
    )


def retry_waiting() -> int:
    """Ask again for every message whose next try is due; returns how many. Push notices, of which
    there may be many thousand, have a job of their own: ``wake_pushes``."""
    with transaction.atomic():
        waiting = Message.objects.select_for_update(skip_locked=True).exclude(channel=Channel.PUSH)
        due = waiting.filter(state=Message.State.WAITING, next_at__lte=clock.now())[:1000]
        for message in due:
            message.next_at = None
            message.save(update_fields=["next_at"])
            enqueue(message)
        return len(due)


@transaction.atomic
def send_again(message: Message, *, by: User | None) -> Message:
    """Send a failed or uncertain message once more, because somebody decided so."""
    message = Message.objects.select_for_update(of=("self",)).get(pk=message.pk)
    states = Message.State
    again = {states.FAILED, states.UNCERTAIN, states.REFUSED, states.HELD}
    if message.state not in again or (message.secret and not message.text):
        raise NothingToSend
    message.state, message.reason, message.by = states.WAITING, "", by or message.by
    message.attempts = 0
    message.save(update_fields=["state", "reason", "by", "attempts"])
    enqueue(message)
    return message


def forget_about(kind: str, ids: Iterable[int]) -> int:
    """Delete the messages about what is gone for good; what was still to leave does not leave.

    ``kind``: label of its model, in lower case. Returns how many rows went.
    """
    gone = Message.objects.filter(about_type=kind, about_id__in=[str(pk) for pk in ids])
    return gone.delete()[0]


@transaction.atomic
def tidy() -> dict[str, int]:
    """What time takes: kept and returned mails after 30 days, the text of messages after a year."""
    month, year = clock.now() - timedelta(days=30), clock.now() - timedelta(days=365)
    kept = KeptMail.objects.filter(at__lt=month).delete()[0]
    returned = Inbound.objects.filter(at__lt=month).exclude(read_at=None).delete()[0]
    old = Message.objects.filter(created_at__lt=year).exclude(text="", html="")
    MessageFile.objects.filter(message__created_at__lt=year).delete()
    return {"kept": kept, "returned": returned, "messages": old.update(text="", html="")}
