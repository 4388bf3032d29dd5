"""What can be done with segments. Every refusal is a Refusal whose text is a sentence."""

from enishi.members.actions import Use
from enishi.members.conditions import RuleFaults

from .refreshing import Refreshed, refresh
from .refusals import InUse, Invalid, NobodyThere, NotForYou, NotStored, Refused, UnknownAction
from .running import (
    ACTIONS,
    SegmentAction,
    action_named,
    actions_for,
    segment_action,
    segment_page,
    start,
)
from .segments import change, create, delete, locked, put_by_hand
from .touching import touch
from .uses import named_in, used_by, uses_of

__all__ = [
    "ACTIONS",
    "InUse",
    "Invalid",
    "NobodyThere",
    "NotForYou",
    "NotStored",
    "Refreshed",
    "Refused",
    "RuleFaults",
    "SegmentAction",
    "UnknownAction",
    "Use",
    "action_named",
    "actions_for",
    "change",
    "create",
    "delete",
    "locked",
    "named_in",
    "put_by_hand",
    "refresh",
    "segment_action",
    "segment_page",
    "start",
    "touch",
    "used_by",
    "uses_of",
]
