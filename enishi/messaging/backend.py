"""Django's mail goes through messaging too, so that it appears where all messages do."""

from collections.abc import Sequence
from email.utils import parseaddr

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from enishi.messaging.actions import File, Mailbox, send


class Backend(BaseEmailBackend):
    """``EMAIL_BACKEND``: every recipient gets a message of the app's own."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        return sum(_send(message) for message in email_messages)


def _send(message: EmailMessage) -> int:
    name, address = parseaddr(str(message.from_email))
    html = next(
        (str(part[0]) for part in getattr(message, "alternatives", []) if part[1] == "text/html"),
        "",
    )
    for recipient in message.recipients():
        to_name, to = parseaddr(recipient)
        send(
            to=to,
            to_name=to_name,
            subject=str(message.subject),
            text=str(message.body),
            html=html,
            sender=Mailbox(address, name) if name != "Enishi" else None,
            reply_to=parseaddr(str(message.reply_to[0]))[1] if message.reply_to else "",
            files=list(_files(message)),
        )
    return 1


def _files(message: EmailMessage) -> list[File]:
    found = []
    for one in message.attachments:
        if isinstance(one, tuple):
            name, content, kind = (*one, None, None, None)[:3]
            whole = content.encode() if isinstance(content, str) else content
            if isinstance(whole, bytes):
                kind = kind or "application/octet-stream"
                found.append(File(str(name or "file"), whole, str(kind)))
    return found
