"""The roll's tables, by noun."""

from .contacts import Contact, FurtherAddress, FurtherEmail, Note
from .exports import Export
from .files import MemberFile
from .imports import Import, ImportChange
from .member import Member, MemberQuerySet, SearchEntry, SearchPending
from .status import LeaveReason, Status, StatusPeriod
from .tags import MemberTag, Tag
from .types import MemberType, NumberCounter


__all__ = [
    "Contact",
    "Export",
    "FurtherAddress",
    "FurtherEmail",
    "Import",
    "ImportChange",
    "LeaveReason",
    "Member",
    "MemberFile",
    "MemberQuerySet",
    "MemberTag",
    "MemberType",
    "Note",
    "NumberCounter",
    "SearchEntry",
    "SearchPending",
    "Status",
    "StatusPeriod",
    "Tag",
]
