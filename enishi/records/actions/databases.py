"""Databases: made, set otherwise, put in order, deleted and taken back."""

import re
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from enishi.accounts.models import User
from enishi.core import clock, japanese
from enishi.core.facts import announce
from enishi.records.facts import (
    DatabaseAdded,
    DatabaseChanged,
    DatabaseDeleted,
    DatabaseRestored,
)
from enishi.records.models import ICONS, Database

from . import refusals as no

_KEY = re.compile(r"[^\W\d][\w-]{0,59}")
_TEXTS = {"name": 100, "name_en": 100, "description": 300}
TAKEN = frozenset({"new", "fields", "member", "members"})  # words that addresses need


@transaction.atomic
def add_database(*, name: str, key: str = "", by: User | None, **said: Any) -> Database:
    """Make a database. Without a ``key`` the name becomes it. Raises Invalid, KeyTaken.

    ``said``: name_en, description, icon, of_member, in_menu.
    """
    wanted = japanese.fold(key) or _free_key(re.sub(r"[^\w-]+", "_", japanese.fold(name)))
    if not _KEY.fullmatch(wanted) or wanted in TAKEN:
        raise no.Invalid({"key": _("A key begins with a letter and has letters and digits only.")})
    if Database.objects.filter(key=wanted).exists():
        raise no.KeyTaken
    made = Database(key=wanted)
    for column, value in _checked({"name": name, **said}).items():
        setattr(made, column, value)
    made.order = (Database.objects.aggregate(last=Max("order"))["last"] or 0) + 1
    made.save(force_insert=True)
    announce(DatabaseAdded(about=made, by=by))
    return made


@transaction.atomic
def change_database(found: Database, *, by: User | None, **said: Any) -> Database:
    """Change anything but the key; ``columns`` are keys of its fields. Raises Invalid."""
    found = _locked(found)
    changes = {
        column: (getattr(found, column), value)
        for column, value in _checked(said, found).items()
        if getattr(found, column) != value
    }
    if changes:
        for column, (_old, new) in changes.items():
            setattr(found, column, new)
        found.save(update_fields=list(changes))
        announce(DatabaseChanged(about=found, changes=changes, by=by))
    return found


@transaction.atomic
def delete_database(found: Database, *, by: User | None) -> Database:
    """Into the bin, with all records; nothing of it is shown any more. It can be taken back."""
    found = Database.objects.select_for_update().get(pk=found.pk)
    if found.deleted_at is None:
        found.deleted_at = clock.now()
        found.save(update_fields=["deleted_at"])
        announce(DatabaseDeleted(about=found, by=by))
    return found


@transaction.atomic
def restore_database(found: Database, *, by: User | None) -> Database:
    """Back from the bin, as it was."""
    found = Database.objects.select_for_update().get(pk=found.pk)
    if found.deleted_at is not None:
        found.deleted_at = None
        found.save(update_fields=["deleted_at"])
        announce(DatabaseRestored(about=found, by=by))
    return found


@transaction.atomic
def move_database(found: Database, step: int, *, by: User | None) -> None:
    """One place up (-1) or down (+1), in the list and in the menu."""
    rows = list(Database.objects.present().select_for_update())
    old = next((i for i, row in enumerate(rows) if row.pk == found.pk), None)
    if old is None:
        return
    new = max(0, min(len(rows) - 1, old + step))
    if new == old:
        return
    rows.insert(new, rows.pop(old))
    for order, row in enumerate(rows, start=1):
        row.order = order
    Database.objects.bulk_update(rows, ["order"])
    announce(DatabaseChanged(about=found, changes={"order": (old + 1, new + 1)}, by=by))


def _locked(found: Database) -> Database:
    found = Database.objects.select_for_update().get(pk=found.pk)
    if found.deleted_at is not None:
        raise no.DatabaseGone
    return found


def _free_key(key: str) -> str:
    key = key.strip("_-") or "database"
    key = (f"_{key}" if key[0].isdigit() else key)[:56]
    taken = set(Database.objects.filter(key__startswith=key).values_list("key", flat=True)) | TAKEN
    if key not in taken:
        return key
    return next(f"{key}_{i}" for i in range(2, 10_000) if f"{key}_{i}" not in taken)


def _checked(said: Mapping[str, Any], found: Database | None = None) -> dict[str, Any]:
    """What is said, as it is kept. Raises Invalid for all at once."""
    errors: dict[str, str] = {}
    kept: dict[str, Any] = {}
    for column, value in said.items():
        if column in _TEXTS and isinstance(value, str):
            kept[column] = japanese.fold(value).replace("\x00", "")
            if len(kept[column]) > _TEXTS[column]:
                errors[column] = _("At most %(n)s characters fit.") % {"n": _TEXTS[column]}
        elif (
            (column == "icon" and value in ICONS)
            or (column == "of_member" and value in Database.OfMember.values)
            or (column == "in_menu" and isinstance(value, bool))
        ):
            kept[column] = value
        elif column == "columns" and found is not None and isinstance(value, list | tuple):
            known = [field.key for field in found.fields]
            kept[column] = list(dict.fromkeys(value))
            if strange := [key for key in kept[column] if key not in known]:
                errors[column] = _("There is no field “%(key)s”.") % {"key": str(strange[0])[:80]}
        else:
            errors[column] = _("This is not the kind of value that belongs here.")
    if kept.get("name") == "" and "name" not in errors:
        errors["name"] = _("Write the name.")
    if errors:
        raise no.Invalid(errors)
    return kept
