"""Verbs of the stream. ``kind`` registers a kind of activity; the rest writes."""

from enishi.activity.kinds import every_kind, kind

from .kinds import BadKind, ReadyMadeKind, TypeChanges, declare
from .storing import Happened, UnknownKind, WrongProps, record, record_many, store

__all__ = [
    "BadKind",
    "Happened",
    "ReadyMadeKind",
    "TypeChanges",
    "UnknownKind",
    "WrongProps",
    "declare",
    "every_kind",
    "kind",
    "record",
    "record_many",
    "store",
]
