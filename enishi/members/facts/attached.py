"""What staff write down about a member, and what they keep with one."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from enishi.core.facts import Fact


@dataclass(frozen=True, kw_only=True)
class NoteWritten(Fact):
    """A note about a member was written."""

    history = _("%(by)s wrote a note about %(about)s")

    note: int
    confidential: bool


@dataclass(frozen=True, kw_only=True)
class NoteChanged(Fact):
    """A note about a member was changed."""

    history = _("%(by)s changed a note about %(about)s")

    note: int


@dataclass(frozen=True, kw_only=True)
class NoteDeleted(Fact):
    """A note about a member was deleted."""

    history = _("%(by)s deleted a note about %(about)s")

    note: int


@dataclass(frozen=True, kw_only=True)
class ContactRecorded(Fact):
    """A contact with a member was recorded."""

    history = _("%(by)s recorded a contact with %(about)s: %(subject)s")

    contact: int
    channel: str
    subject: str


@dataclass(frozen=True, kw_only=True)
class ContactChanged(Fact):
    """The record of a contact was changed."""

    history = _("%(by)s changed the record of a contact with %(about)s: %(subject)s")

    contact: int
    subject: str
    fields: list[str]


@dataclass(frozen=True, kw_only=True)
class ContactDeleted(Fact):
    """The record of a contact was deleted."""

    history = _("%(by)s deleted the record of a contact with %(about)s: %(subject)s")

    contact: int
    subject: str


@dataclass(frozen=True, kw_only=True)
class WayToReachAdded(Fact):
    """A further e-mail or postal address of a member was added."""

    history = _("%(by)s added a further address of %(about)s")

    kind: str  # "email" or "address"
    purpose: str


@dataclass(frozen=True, kw_only=True)
class WayToReachRemoved(Fact):
    """A further e-mail or postal address of a member was taken off."""

    history = _("%(by)s removed a further address of %(about)s")

    kind: str
    purpose: str


@dataclass(frozen=True, kw_only=True)
class FileAdded(Fact):
    """A file was added to a member."""

    history = _("%(by)s added the file “%(name)s” to %(about)s")

    name: str
    size: int


@dataclass(frozen=True, kw_only=True)
class FileDeleted(Fact):
    """A file of a member was deleted."""

    history = _("%(by)s deleted the file “%(name)s” of %(about)s")

    name: str
