"""The verbs of messaging, and the bulk path's parts for whoever writes to many.

One message: ``send(to=…, subject=…, text=…)``. Many: compile ``merge.parse`` and ``mime.Letter``
once; for each batch open ``mail_transport()`` and give it ``Envelope``s; ask ``suppressed`` or
``suppressed_sql`` first; ``return_paths("c")`` makes the VERP return path of a number, whose
bounces come back as the facts ``BounceReceived`` and ``ComplaintReceived`` with
``token_kind == "c"``; ``answered`` tells the outcome of an SMTP answer to the bounce rules.
"""

from enishi.messaging import addresses, merge, mime, tokens
from enishi.messaging.addresses import BadAddress, Mailbox
from enishi.messaging.delivery import mail_transport
from enishi.messaging.mime import Attachment, Letter
from enishi.messaging.providers.base import Envelope, MailTransport, Outcome, State

from .delivering import deliver, retry_waiting, send_again
from .holding import advertising_needs
from .refusals import NoSuchAddress
from .reporting import addressed_by, answered, report
from .sending import File, default_sender, return_paths, send
from .settings import change_mail_settings
from .suppressing import lift, suppress, suppressed, suppressed_sql
from .system import change_template, reset_template, send_system

__all__ = [
    "Attachment",
    "BadAddress",
    "Envelope",
    "File",
    "Letter",
    "MailTransport",
    "Mailbox",
    "NoSuchAddress",
    "Outcome",
    "State",
    "addressed_by",
    "addresses",
    "advertising_needs",
    "answered",
    "change_mail_settings",
    "change_template",
    "default_sender",
    "deliver",
    "lift",
    "mail_transport",
    "merge",
    "mime",
    "report",
    "reset_template",
    "retry_waiting",
    "return_paths",
    "send",
    "send_again",
    "send_system",
    "suppress",
    "suppressed",
    "suppressed_sql",
    "tokens",
]
