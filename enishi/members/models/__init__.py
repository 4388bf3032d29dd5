"""The roll's tables, by noun."""

from .contacts import Channel, Contact, Direction, FurtherAddress, FurtherEmail, Note, Purpose
from .exports import Export
from .fields import Field
from .files import MemberFile
from .imports import Import, ImportChange, ImportProblem
from .member import NO_DATE, Gender, Kind, Member, MemberQuerySet, dated
from .search import SearchEntry, SearchPending
from .status import LEFT_STATUSES, UNKNOWN_DAY, LeaveReason, Status, StatusPeriod
from .tags import MemberTag, Tag
from .types import MemberType, NumberCounter

__all__ = [
    "LEFT_STATUSES",
    "NO_DATE",
    "UNKNOWN_DAY",
    "Channel",
    "Contact",
    "Direction",
    "Export",
    "Field",
    "FurtherAddress",
    "FurtherEmail",
    "Gender",
    "Import",
    "ImportChange",
    "ImportProblem",
    "Kind",
    "LeaveReason",
    "Member",
    "MemberFile",
    "MemberQuerySet",
    "MemberTag",
    "MemberType",
    "Note",
    "NumberCounter",
    "Purpose",
    "SearchEntry",
    "SearchPending",
    "Status",
    "StatusPeriod",
    "Tag",
    "dated",
]
