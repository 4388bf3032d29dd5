"""What happens to messages and addresses."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from enishi.core.facts import Fact


@dataclass(frozen=True, kw_only=True)
class MessageSent(Fact):
    """One message left for one address and was taken over by the other side."""

    history = _("The message “%(about)s” was sent")

    channel: str
    template: str = ""


@dataclass(frozen=True, kw_only=True)
class BounceReceived(Fact):
    """A message came back. ``kind``: hard, soft, full, blocked. ``token_kind`` and ``number``:
    which message, when that is known; ``suppressed``: the address is left alone from now on."""

    history = _("A message came back: %(about)s")

    channel: str
    kind: str
    token_kind: str = ""
    number: int | None = None
    status: str = ""
    text: str = ""
    suppressed: bool = False


@dataclass(frozen=True, kw_only=True)
class ComplaintReceived(Fact):
    """Somebody reported a message as spam. ``token_kind`` and ``number``: which message."""

    history = _("A message was reported as spam: %(about)s")

    channel: str
    token_kind: str = ""
    number: int | None = None


@dataclass(frozen=True, kw_only=True)
class AddressSuppressed(Fact):
    """An address is left alone from now on."""

    history = _("The address %(about)s was suppressed")

    channel: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class SuppressionLifted(Fact):
    """An address may be written to again."""

    history = _("%(by)s lifted the suppression of %(about)s")

    channel: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class MailSettingsChanged(Fact):
    """The settings of mail were edited. ``changes``: field → (old, new)."""

    history = _("%(by)s changed the mail settings: %(fields)s")

    changes: dict[str, tuple[Any, Any]]


@dataclass(frozen=True, kw_only=True)
class TemplateChanged(Fact):
    """The wording of one of the system's mails was edited, or put back to the default."""

    history = _("%(by)s changed the mail template “%(key)s”")

    key: str
    language: str
    to_default: bool = False
