"""Which provider carries what: chosen by the environment."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module

from django.conf import settings

from .models import Channel
from .providers.base import MailTransport, Provider
from .providers.mailbox import MailboxTransport
from .providers.smtp import Server, pool


def smtp_server() -> Server:
    """The mail server of EMAIL_URL."""
    security = "tls" if settings.EMAIL_USE_SSL else "starttls" if settings.EMAIL_USE_TLS else ""
    return Server(
        settings.EMAIL_HOST,
        settings.EMAIL_PORT,
        settings.EMAIL_HOST_USER,
        settings.EMAIL_HOST_PASSWORD,
        security,
    )


def threads_for(connections: int) -> int:
    """How many threads to use so many connections in: over SMTP one serves them all."""
    return 1 if settings.MAIL_TRANSPORT == "smtp" else connections


@contextmanager
def mail_transport(connections: int = 1) -> Iterator[MailTransport]:
    """The transport of e-mail; each borrower has its connections alone."""
    if settings.MAIL_TRANSPORT == "smtp":
        with pool(smtp_server()).bundle(connections) as bundle:
            yield bundle
    elif settings.MAIL_TRANSPORT == "anymail":
        from .providers.anymail import AnymailTransport

        yield AnymailTransport()
    else:
        yield MailboxTransport()


def provider_of(channel: str) -> Provider:
    """The provider of a channel other than e-mail. Raises LookupError for one that has none."""
    names = {
        Channel.SMS: f"sms.{settings.SMS_PROVIDER}",
        Channel.PUSH: "webpush",
    }
    if Channel(channel) not in names:
        raise LookupError(channel)
    name = names[Channel(channel)]
    provider: Provider = import_module(f"enishi.messaging.providers.{name}").provider()
    return provider
