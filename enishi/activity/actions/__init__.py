"""Verbs of the stream. ``kind`` registers a kind of activity, ``called`` what numbers in it mean;
the rest writes."""

from enishi.activity.kinds import called, every_kind, kind
from enishi.activity.tracking.machines import is_machine, is_machine_name

from .keeping import change_tracking, forget_old, going
from .kinds import BadKind, ReadyMadeKind, TypeChanges, declare
from .storing import Happened, UnknownKind, WrongProps, disown, record, record_many, store
from .visits import bind_visitor, claim_visits, store_hits

__all__ = [
    "BadKind",
    "Happened",
    "ReadyMadeKind",
    "TypeChanges",
    "UnknownKind",
    "WrongProps",
    "bind_visitor",
    "called",
    "change_tracking",
    "claim_visits",
    "declare",
    "disown",
    "every_kind",
    "forget_old",
    "going",
    "is_machine",
    "is_machine_name",
    "kind",
    "record",
    "record_many",
    "store",
    "store_hits",
]
