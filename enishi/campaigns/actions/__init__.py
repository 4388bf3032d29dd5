"""The verbs of campaigns."""

from enishi.campaigns.audience import BadAudience, Reach, reach
from enishi.campaigns.body.checking import TextFault, TextFaults, faults_of

from .approving import ask_approval, asked, decide, is_approved, needs_approval
from .refusals import (
    AlreadyStarted,
    Changed,
    Invalid,
    NeedsApproval,
    NotADraft,
    NoTest,
    NothingAsked,
    NothingUncertain,
    NotReady,
    NotScheduled,
    NotSending,
    NotStaff,
    NotYours,
)
from .showing import Shown, preview, send_test
from .starting import (
    begin_due,
    cancel,
    choose_winner,
    decide_uncertain,
    pause,
    refuse_unready,
    resume,
    start,
)
from .writing import FIELDS, change, clean_body, copy, create, delete

__all__ = [
    "FIELDS",
    "AlreadyStarted",
    "BadAudience",
    "Changed",
    "Invalid",
    "NeedsApproval",
    "NoTest",
    "NotADraft",
    "NotReady",
    "NotScheduled",
    "NotSending",
    "NotStaff",
    "NotYours",
    "NothingAsked",
    "NothingUncertain",
    "Reach",
    "Shown",
    "TextFault",
    "TextFaults",
    "ask_approval",
    "asked",
    "begin_due",
    "cancel",
    "change",
    "choose_winner",
    "clean_body",
    "copy",
    "create",
    "decide",
    "decide_uncertain",
    "delete",
    "faults_of",
    "is_approved",
    "needs_approval",
    "pause",
    "preview",
    "reach",
    "refuse_unready",
    "resume",
    "send_test",
    "start",
]
