"""What happens on the roll."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from enishi.core.facts import Fact
from enishi.members.models import LeaveReason, MemberType, Tag


@dataclass(frozen=True, kw_only=True)
class MemberAdded(Fact):
    """A member was entered on the roll."""

    history = _("%(by)s added %(about)s to the roll")

    number: str
    status: str = ""


@dataclass(frozen=True, kw_only=True)
class MemberChanged(Fact):
    """Fields of a member were edited. ``changes``: field → (old, new); ``version``: it is now."""

    history = _("%(by)s changed %(about)s: %(fields)s")

    changes: dict[str, tuple[Any, Any]]
    version: int = 0


@dataclass(frozen=True, kw_only=True)
class MemberDeleted(Fact):
    """A member was put into the bin."""

    history = _("%(by)s put %(about)s into the bin")


@dataclass(frozen=True, kw_only=True)
class MemberRestored(Fact):
    """A member was taken out of the bin."""

    history = _("%(by)s took %(about)s out of the bin")


@dataclass(frozen=True, kw_only=True)
class StatusChanged(Fact):
    """A membership moved to another status on a day that may still lie ahead."""

    history = _("%(by)s changed the status of %(about)s")

    on: date
    note: str = ""
    version: int = 0


@dataclass(frozen=True, kw_only=True)
class MemberApplied(StatusChanged):
    """Somebody asked to become a member."""

    history = _("%(by)s recorded the application of %(about)s")


@dataclass(frozen=True, kw_only=True)
class ApplicationApproved(StatusChanged):
    """An application was approved; the applicant is a provisional member until dues are settled."""

    history = _("%(by)s approved the application of %(about)s")


@dataclass(frozen=True, kw_only=True)
class ApplicationRefused(StatusChanged):
    """An application was refused."""

    history = _("%(by)s refused the application of %(about)s")


@dataclass(frozen=True, kw_only=True)
class MemberJoined(StatusChanged):
    """A membership began."""

    history = _("%(by)s recorded that %(about)s joined on %(on)s")


@dataclass(frozen=True, kw_only=True)
class MemberSuspended(StatusChanged):
    """A membership was suspended (休会), until a day where one was named."""

    history = _("%(by)s suspended the membership of %(about)s from %(on)s")

    until: date | None = None


@dataclass(frozen=True, kw_only=True)
class MemberResumed(StatusChanged):
    """A suspended membership went on."""

    history = _("%(by)s resumed the membership of %(about)s from %(on)s")


@dataclass(frozen=True, kw_only=True)
class MemberLeft(StatusChanged):
    """A membership ended."""

    history = _("%(by)s recorded that %(about)s left on %(on)s")

    reason: LeaveReason | None = None


@dataclass(frozen=True, kw_only=True)
class MemberRejoined(StatusChanged):
    """A former member came back."""

    history = _("%(by)s recorded that %(about)s came back on %(on)s")


@dataclass(frozen=True, kw_only=True)
class MemberDied(StatusChanged):
    """A member was marked as deceased."""

    history = _("%(by)s recorded the death of %(about)s")


@dataclass(frozen=True, kw_only=True)
class TypeChanged(StatusChanged):
    """A member moved to another member type."""

    history = _("%(by)s changed the member type of %(about)s from %(old)s to %(new)s")

    old: MemberType
    new: MemberType


@dataclass(frozen=True, kw_only=True)
class ImportStarted(Fact):
    """A list was uploaded to be imported."""

    history = _("%(by)s uploaded “%(file)s” to import it")

    file: str


@dataclass(frozen=True, kw_only=True)
class ImportCommitted(Fact):
    """A list was imported into the roll."""

    history = _("%(by)s imported “%(file)s”: %(new)s new, %(changed)s changed")

    file: str
    new: int
    changed: int


@dataclass(frozen=True, kw_only=True)
class ImportUndone(Fact):
    """An import was undone."""

    history = _("%(by)s undid the import of “%(file)s”")

    file: str
    removed: int
    restored: int


@dataclass(frozen=True, kw_only=True)
class MembersExported(Fact):
    """A list of members was taken out of the roll."""

    history = _("%(by)s exported %(rows)s members to “%(file)s”")

    file: str
    columns: list[str]
    rows: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class PlanWithdrawn(StatusChanged):
    """A change of status that was planned for ``on`` was taken back."""

    history = _("%(by)s withdrew a planned change of %(about)s on %(on)s")


@dataclass(frozen=True, kw_only=True)
class PlannedChangesCame(Fact):
    """The day of planned changes came; ``members`` are those whose status or type moved."""

    history = _("Planned changes of %(count)s members took effect on %(on)s")

    on: date
    count: int
    members: list[int]


@dataclass(frozen=True, kw_only=True)
class MembersPurged(Fact):
    """Members who had lain in the bin for 30 days were deleted for good.

    ``members``: their ids, and those of who had been merged into them.
    """

    history = _("%(count)s members were deleted for good after 30 days in the bin")

    count: int
    numbers: list[str]
    members: list[int]


@dataclass(frozen=True, kw_only=True)
class MemberTagged(Fact):
    """A tag was put on a member."""

    history = _("%(by)s put the tag “%(tag)s” on %(about)s")

    tag: Tag


@dataclass(frozen=True, kw_only=True)
class MemberUntagged(Fact):
    """A tag was taken off a member."""

    history = _("%(by)s took the tag “%(tag)s” off %(about)s")

    tag: Tag


@dataclass(frozen=True, kw_only=True)
class MembersTagged(Fact):
    """A tag was put on many members, or taken off them."""

    history = _("%(by)s put “%(about)s” on, or took it off, %(count)s members")

    count: int
    taken_off: bool = False


@dataclass(frozen=True, kw_only=True)
class OwnerGiven(Fact):
    """Many members were given to one owner in one go, or to nobody."""

    history = _("%(by)s changed the owner of %(count)s members")

    count: int


@dataclass(frozen=True, kw_only=True)
class ListEntryAdded(Fact):
    """A member type, leave reason, tag or own field was added to its list."""

    history = _("%(by)s added “%(about)s” to the settings")

    name: str


@dataclass(frozen=True, kw_only=True)
class ListEntryChanged(Fact):
    """A member type, leave reason, tag or own field was changed, moved, retired or restored."""

    history = _("%(by)s changed “%(about)s” in the settings")

    changes: dict[str, tuple[Any, Any]]


@dataclass(frozen=True, kw_only=True)
class ListEntryDeleted(Fact):
    """A tag was deleted."""

    history = _("%(by)s deleted “%(name)s” from the settings")

    name: str


@dataclass(frozen=True, kw_only=True)
class MembersSeeded(Fact):
    """Invented members were added to try Enishi at size."""

    history = _("%(count)s invented members were added")

    count: int
