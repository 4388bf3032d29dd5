"""E-mail by a service (SendGrid, Mailgun, Postmark …) through django-anymail."""

from collections.abc import Iterable, Iterator
from email import message_from_bytes, policy
from importlib import import_module
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives

from enishi.messaging.providers.base import Envelope, HandingOver, Outcome, State
from enishi.messaging.providers.mailbox.keeping import reading

# Headers that the service writes itself, or that travel in fields of their own.
_OURS = {"from", "to", "subject", "reply-to", "mime-version", "content-type"}
_OURS |= {"content-transfer-encoding", "date", "message-id"}


class AnymailTransport:
    """One HTTP request a mail. The envelope's sender and our token travel as metadata."""

    name = "anymail"
    writes_here = False

    def __init__(self) -> None:
        module = import_module(f"anymail.backends.{settings.MAIL_ESP}")
        self._backend: Any = module.EmailBackend(fail_silently=False)

    def send(
        self, letters: Iterable[Envelope], handing_over: HandingOver | None = None
    ) -> Iterator[tuple[Envelope, Outcome]]:
        for envelope in letters:
            if handing_over is not None:
                handing_over(envelope)
            yield envelope, self._send(envelope)

    def _send(self, envelope: Envelope) -> Outcome:
        import requests
        from anymail.exceptions import AnymailAPIError, AnymailError, AnymailRecipientsRefused

        message = as_django(envelope)
        try:
            self._backend.send_messages([message])
        except AnymailRecipientsRefused as error:
            return Outcome(State.REFUSED, 0, str(error)[:500], "recipient")
        except AnymailAPIError as error:
            code = getattr(error, "status_code", None) or 0
            if not code or isinstance(error.__cause__, requests.Timeout):
                return Outcome(State.UNCERTAIN, 0, str(error)[:500])
            deferred = code == 429 or code >= 500
            state = State.DEFERRED if deferred else State.REFUSED
            return Outcome(state, code, str(error)[:500], "sender")
        except AnymailError as error:
            return Outcome(State.REFUSED, 0, str(error)[:500], "content")
        status = message.anymail_status
        return Outcome(State.ACCEPTED, 202, str(status.message_id or ""))

    def close(self) -> None:
        self._backend.close()


def _whole(address: Any) -> str:
    """Name and address, the name in quotes where it needs them."""
    name = " ".join(address.display_name.split()).replace("\\", "").replace('"', "")
    return f'"{name}" <{address.addr_spec}>' if name else str(address.addr_spec)


def as_django(envelope: Envelope) -> Any:
    """The mail as Django's object, with anymail's fields."""
    found = reading(envelope.content)
    parsed = message_from_bytes(envelope.content, policy=policy.default)
    to = [_whole(one) for one in parsed["to"].addresses] if parsed["to"] else []
    message: Any = EmailMultiAlternatives(
        subject=found.subject,
        body=found.text,
        from_email=_whole(parsed["from"].addresses[0]),
        to=to or [envelope.to],
        reply_to=[str(parsed["reply-to"])] if parsed["reply-to"] else None,
        headers={name: value for name, value in found.headers if name.lower() not in _OURS},
    )
    if found.html:
        message.attach_alternative(found.html, "text/html")
    for one in found.attachments:
        message.attach(one.name, one.content, one.type)
    message.metadata = {"return_path": envelope.return_path}
    message.track_opens = message.track_clicks = False
    return message
