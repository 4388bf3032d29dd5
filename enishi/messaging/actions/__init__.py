"""The verbs of messaging, and the bulk path's parts for whoever writes to many.

One message: ``send(to=…, subject=…, text=…)``. Many: compile ``merge.parse`` and ``mime.Letter``
once; for each batch open ``mail_transport()`` and give it ``Envelope``s; ask ``suppressed`` or
``suppressed_sql`` first; ``return_paths("c")`` makes the VERP return path of a number and
``tokens.message_id("c", number, domain)`` its Message-ID; bounces come back as the facts
``BounceReceived`` and ``ComplaintReceived`` with ``token_kind == "c"`` (register the address of a
number with ``addressed_by("c")``); ``answered`` tells the bounce rules what a mail server answered.
"""

from enishi.messaging import addresses, merge, mime, tokens
from enishi.messaging.addresses import BadAddress, Mailbox
from enishi.messaging.delivery import mail_transport, threads_for
from enishi.messaging.inbound.reading import names_message
from enishi.messaging.mime import Attachment, Letter
from enishi.messaging.providers.base import Envelope, MailTransport, Outcome, State

from .delivering import deliver, forget_about, retry_waiting, send_again, tidy
from .holding import advertising_needs
from .many import push_due, push_many, wake_pushes
from .pushing import subscribe_push, unsubscribe_push
from .receiving import is_ours, receive, receive_by_imap, understand
from .refusals import (
    NoSuchAddress,
    NothingToSend,
    NotInForce,
    OtherOrder,
    ReasonMissing,
    TooLongForSms,
)
from .reporting import addressed_by, answered, in_words, reason_for, report
from .sending import (
    LONGEST_SMS,
    File,
    default_sender,
    parts_of,
    return_paths,
    send,
    units_of,
)
from .settings import change_mail_settings
from .suppressing import lift, suppress, suppressed, suppressed_sql
from .system import (
    change_template,
    locked_wording,
    rendered,
    reset_template,
    send_system,
    system_fields,
    wording_of,
)

__all__ = [
    "LONGEST_SMS",
    "Attachment",
    "BadAddress",
    "Envelope",
    "File",
    "Letter",
    "MailTransport",
    "Mailbox",
    "NoSuchAddress",
    "NotInForce",
    "NothingToSend",
    "OtherOrder",
    "Outcome",
    "ReasonMissing",
    "State",
    "TooLongForSms",
    "addressed_by",
    "addresses",
    "advertising_needs",
    "answered",
    "change_mail_settings",
    "change_template",
    "default_sender",
    "deliver",
    "forget_about",
    "in_words",
    "is_ours",
    "lift",
    "locked_wording",
    "mail_transport",
    "merge",
    "mime",
    "names_message",
    "parts_of",
    "push_due",
    "push_many",
    "reason_for",
    "receive",
    "receive_by_imap",
    "rendered",
    "report",
    "reset_template",
    "retry_waiting",
    "return_paths",
    "send",
    "send_again",
    "send_system",
    "subscribe_push",
    "suppress",
    "suppressed",
    "suppressed_sql",
    "system_fields",
    "threads_for",
    "tidy",
    "tokens",
    "understand",
    "units_of",
    "unsubscribe_push",
    "wake_pushes",
    "wording_of",
]
