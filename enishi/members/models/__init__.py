"""The roll's tables, by noun."""

from .bulk import BulkEdit, BulkEditRow
from .consents import (
    Consent,
    ConsentChoice,
    ConsentSource,
    ConsentState,
    Topic,
    Wording,
    consented_sql,
)
from .contacts import Channel, Contact, Direction, FurtherAddress, FurtherEmail, Note, Purpose
from .duplicates import DuplicatePair, DuplicateScan, Merge, MergedRows, NotSame
from .exports import Export, ListExport
from .fields import Choice, Field, FieldFile, FieldRight, as_choices
from .files import MemberFile
from .imports import CellProblem, Import, ImportChange, ImportProblem, ListImport
from .labels import LabelPrint
from .member import NAMES_STAY, NO_DATE, Gender, Kind, Member, MemberQuerySet, dated
from .relations import (
    OF_AGE,
    Affiliation,
    Guardianship,
    Household,
    HouseholdMember,
    Kinship,
    Post,
    SeatAllowance,
    Tie,
)
from .search import SearchEntry, SearchPending
from .status import LEFT_STATUSES, UNKNOWN_DAY, LeaveReason, Status, StatusPeriod
from .tags import MemberTag, Tag
from .tasks import Task, TaskQuerySet, TaskRule
from .types import MemberType, NumberCounter
from .views import SavedView, SavedViewQuerySet

__all__ = [
    "LEFT_STATUSES",
    "NAMES_STAY",
    "NO_DATE",
    "OF_AGE",
    "UNKNOWN_DAY",
    "Affiliation",
    "BulkEdit",
    "BulkEditRow",
    "CellProblem",
    "Channel",
    "Choice",
    "Consent",
    "ConsentChoice",
    "ConsentSource",
    "ConsentState",
    "Contact",
    "Direction",
    "DuplicatePair",
    "DuplicateScan",
    "Export",
    "Field",
    "FieldFile",
    "FieldRight",
    "FurtherAddress",
    "FurtherEmail",
    "Gender",
    "Guardianship",
    "Household",
    "HouseholdMember",
    "Import",
    "ImportChange",
    "ImportProblem",
    "Kind",
    "Kinship",
    "LabelPrint",
    "LeaveReason",
    "ListExport",
    "ListImport",
    "Member",
    "MemberFile",
    "MemberQuerySet",
    "MemberTag",
    "MemberType",
    "Merge",
    "MergedRows",
    "NotSame",
    "Note",
    "NumberCounter",
    "Post",
    "Purpose",
    "SavedView",
    "SavedViewQuerySet",
    "SearchEntry",
    "SearchPending",
    "SeatAllowance",
    "Status",
    "StatusPeriod",
    "Tag",
    "Task",
    "TaskQuerySet",
    "TaskRule",
    "Tie",
    "Topic",
    "Wording",
    "as_choices",
    "consented_sql",
    "dated",
]
