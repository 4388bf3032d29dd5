"""What happens on the roll."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from enishi.core.facts import Fact

from .models import LeaveReason, MemberType, Tag


@dataclass(frozen=True, kw_only=True)
class MemberAdded(Fact):
    """A member was entered on the roll."""

    number: str
    status: str = ""


@dataclass(frozen=True, kw_only=True)
class MemberChanged(Fact):
    """Fields of a member were edited. ``changes``: field → (old, new); ``version``: it is now."""

    changes: dict[str, tuple[Any, Any]]
    version: int = 0


@dataclass(frozen=True, kw_only=True)
class MemberDeleted(Fact):
    """A member was put into the bin."""


@dataclass(frozen=True, kw_only=True)
class MemberRestored(Fact):
    """A member was taken out of the bin."""


@dataclass(frozen=True, kw_only=True)
class StatusChanged(Fact):
    """A membership moved to another status on a day that may still lie ahead."""

    on: date
    note: str = ""
    version: int = 0


@dataclass(frozen=True, kw_only=True)
class MemberApplied(StatusChanged):
    """Somebody asked to become a member."""


@dataclass(frozen=True, kw_only=True)
class ApplicationApproved(StatusChanged):
    """An application was approved; the applicant is a provisional member until dues are settled."""


@dataclass(frozen=True, kw_only=True)
class ApplicationRefused(StatusChanged):
    """An application was refused."""


@dataclass(frozen=True, kw_only=True)
class MemberJoined(StatusChanged):
    """A membership began."""


@dataclass(frozen=True, kw_only=True)
class MemberSuspended(StatusChanged):
    """A membership was suspended (休会), until a day where one was named."""

    until: date | None = None


@dataclass(frozen=True, kw_only=True)
class MemberResumed(StatusChanged):
    """A suspended membership went on."""


@dataclass(frozen=True, kw_only=True)
class MemberLeft(StatusChanged):
    """A membership ended."""

    reason: LeaveReason | None = None


@dataclass(frozen=True, kw_only=True)
class MemberRejoined(StatusChanged):
    """A former member came back."""


@dataclass(frozen=True, kw_only=True)
class MemberDied(StatusChanged):
    """A member was marked as deceased."""


@dataclass(frozen=True, kw_only=True)
class TypeChanged(StatusChanged):
    """A member moved to another member type."""

    old: MemberType
    new: MemberType


@dataclass(frozen=True, kw_only=True)
class ImportStarted(Fact):
    """A list was uploaded to be imported."""

    file: str


@dataclass(frozen=True, kw_only=True)
class ImportCommitted(Fact):
    """A list was imported into the roll."""

    file: str
    new: int
    changed: int


@dataclass(frozen=True, kw_only=True)
class ImportUndone(Fact):
    """An import was undone."""

    file: str
    removed: int
    restored: int


@dataclass(frozen=True, kw_only=True)
class MembersExported(Fact):
    """A list of members was taken out of the roll."""

    file: str
    columns: list[str]
    rows: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class PlanWithdrawn(StatusChanged):
    """A change of status that was planned for ``on`` was taken back."""


@dataclass(frozen=True, kw_only=True)
class PlannedChangesCame(Fact):
    """The day of planned changes came; ``members`` are those whose status or type moved."""

    on: date
    count: int
    members: list[int]


@dataclass(frozen=True, kw_only=True)
class MembersPurged(Fact):
    """Members who had lain in the bin for 30 days were deleted for good."""

    count: int
    numbers: list[str]


@dataclass(frozen=True, kw_only=True)
class MemberTagged(Fact):
    """A tag was put on a member."""

    tag: Tag


@dataclass(frozen=True, kw_only=True)
class MemberUntagged(Fact):
    """A tag was taken off a member."""

    tag: Tag


@dataclass(frozen=True, kw_only=True)
class MembersTagged(Fact):
    """A tag was put on many members, or taken off them."""

    count: int
    taken_off: bool = False


@dataclass(frozen=True, kw_only=True)
class OwnerGiven(Fact):
    """Many members were given to one owner in one go, or to nobody."""

    count: int


@dataclass(frozen=True, kw_only=True)
class NoteWritten(Fact):
    """A note about a member was written."""

    note: int
    confidential: bool


@dataclass(frozen=True, kw_only=True)
class NoteChanged(Fact):
    """A note about a member was changed."""

    note: int


@dataclass(frozen=True, kw_only=True)
class NoteDeleted(Fact):
    """A note about a member was deleted."""

    note: int


@dataclass(frozen=True, kw_only=True)
class ContactRecorded(Fact):
    """A contact with a member was recorded."""

    contact: int
    channel: str
    subject: str


@dataclass(frozen=True, kw_only=True)
class ContactChanged(Fact):
    """The record of a contact was changed."""

    contact: int
    subject: str
    fields: list[str]


@dataclass(frozen=True, kw_only=True)
class ContactDeleted(Fact):
    """The record of a contact was deleted."""

    contact: int
    subject: str


@dataclass(frozen=True, kw_only=True)
class WayToReachAdded(Fact):
    """A further e-mail or postal address of a member was added."""

    kind: str  # "email" or "address"
    purpose: str


@dataclass(frozen=True, kw_only=True)
class WayToReachRemoved(Fact):
    """A further e-mail or postal address of a member was taken off."""

    kind: str
    purpose: str


@dataclass(frozen=True, kw_only=True)
class FileAdded(Fact):
    """A file was added to a member."""

    name: str
    size: int


@dataclass(frozen=True, kw_only=True)
class FileDeleted(Fact):
    """A file of a member was deleted."""

    name: str


@dataclass(frozen=True, kw_only=True)
class ListEntryAdded(Fact):
    """A member type, leave reason, tag or own field was added to its list."""

    name: str


@dataclass(frozen=True, kw_only=True)
class ListEntryChanged(Fact):
    """A member type, leave reason, tag or own field was changed, moved, retired or restored."""

    changes: dict[str, tuple[Any, Any]]


@dataclass(frozen=True, kw_only=True)
class ListEntryDeleted(Fact):
    """A tag was deleted."""

    name: str


@dataclass(frozen=True, kw_only=True)
class MembersSeeded(Fact):
    """Invented members were added to try Enishi at size."""

    count: int
