"""What happens on the roll."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from enishi.core.facts import Fact

from .models import LeaveReason, MemberType


@dataclass(frozen=True, kw_only=True)
class MemberAdded(Fact):
    """A member was entered on the roll."""

    number: str


@dataclass(frozen=True, kw_only=True)
class MemberChanged(Fact):
    """Fields of a member were edited. ``changes``: field → (old, new)."""

    changes: dict[str, tuple[Any, Any]]


@dataclass(frozen=True, kw_only=True)
class MemberDeleted(Fact):
    """A member was put into the bin."""


@dataclass(frozen=True, kw_only=True)
class MemberRestored(Fact):
    """A member was taken out of the bin."""


@dataclass(frozen=True, kw_only=True)
class StatusChanged(Fact):
    """A membership moved to another status."""

    on: date


@dataclass(frozen=True, kw_only=True)
class MemberApplied(StatusChanged):
    """Somebody asked to become a member."""


@dataclass(frozen=True, kw_only=True)
class ApplicationApproved(StatusChanged):
    """An application was approved; the applicant is a provisional member until dues are settled."""


@dataclass(frozen=True, kw_only=True)
class ApplicationRefused(StatusChanged):
    """An application was refused."""

    note: str = ""


@dataclass(frozen=True, kw_only=True)
class MemberJoined(StatusChanged):
    """A membership began."""


@dataclass(frozen=True, kw_only=True)
class MemberSuspended(StatusChanged):
    """A membership was suspended (休会)."""

    note: str = ""


@dataclass(frozen=True, kw_only=True)
class MemberResumed(StatusChanged):
    """A suspended membership went on."""


@dataclass(frozen=True, kw_only=True)
class MemberLeft(StatusChanged):
    """A membership ended."""

    reason: LeaveReason | None = None
    note: str = ""


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
