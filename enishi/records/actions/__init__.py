"""The verbs of databases and records."""

from .databases import (
    add_database,
    change_database,
    delete_database,
    move_database,
    restore_database,
)
from .records import add_record, change_record, delete_record, locked, restore_record
from .refusals import Clash, DatabaseGone, Invalid, KeyTaken, Refused
from .sensitive import see_sensitive

__all__ = [
    "Clash",
    "DatabaseGone",
    "Invalid",
    "KeyTaken",
    "Refused",
    "add_database",
    "add_record",
    "change_database",
    "change_record",
    "delete_database",
    "delete_record",
    "locked",
    "move_database",
    "restore_database",
    "restore_record",
    "see_sensitive",
]
