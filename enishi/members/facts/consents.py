"""What members agree to, and take back."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from enishi.core.facts import Fact


@dataclass(frozen=True, kw_only=True)
class ConsentChanged(Fact):
    """A member said something about being written to. ``ref``: the message that led to it."""

    history = _("%(about)s: consent to “%(topic)s” changed")

    channel: str
    topic: Any
    source: str
    ref: str = ""


@dataclass(frozen=True, kw_only=True)
class ConsentGiven(ConsentChanged):
    """A member agreed to be written to about a topic."""

    history = _("%(about)s gave consent to “%(topic)s”")


@dataclass(frozen=True, kw_only=True)
class ConsentWithdrawn(ConsentChanged):
    """A member does not want to be written to about a topic any more."""

    history = _("%(about)s withdrew the consent to “%(topic)s”")


@dataclass(frozen=True, kw_only=True)
class ConsentAsked(ConsentChanged):
    """A member was asked by mail to confirm a consent."""

    history = _("%(about)s was asked to confirm the consent to “%(topic)s”")


@dataclass(frozen=True, kw_only=True)
class ConsentsRecorded(Fact):
    """Consents of many members were recorded at once."""

    history = _("%(by)s recorded consents to “%(about)s” for %(count)s members")

    channel: str
    state: str
    count: int
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class ConsentsExported(Fact):
    """Proof of consents was taken out."""

    history = _("%(by)s exported the proof of consents")

    rows: int


@dataclass(frozen=True, kw_only=True)
class TopicAdded(Fact):
    """A topic was added that members can agree to be written to about."""

    history = _("%(by)s added the topic “%(about)s”")

    name: str


@dataclass(frozen=True, kw_only=True)
class TopicChanged(Fact):
    """A topic was changed, moved, retired or restored."""

    history = _("%(by)s changed the topic “%(about)s”")

    changes: dict[str, tuple[Any, Any]]
