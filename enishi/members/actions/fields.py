"""The organisation's own fields: added, changed, put in order, retired, deleted and restored."""

import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from enishi.core import clock, japanese
from enishi.core.facts import announce
from enishi.members.facts import FieldsOrdered, ListEntryAdded, ListEntryChanged, ListEntryDeleted
from enishi.members.fields import TOO_LONG, fields_of, unique
from enishi.members.fields.computing import referable, sources_of, using
from enishi.members.fields.formula_names import by_key, with_values
from enishi.members.fields.known import once_known
from enishi.members.fields.settings import FaultySettings, checked
from enishi.members.models import Field

from . import refusals as no
from .roll import By

KEPT_FOR = timedelta(days=30)  # a deleted field can be taken back so long
_KEY = re.compile(r"[^\W\d][\w-]{0,59}")


@transaction.atomic
def add_field(
    *,
    label_ja: str,
    key: str = "",
    type: str = Field.Type.TEXT,  # noqa: A002
    table: str = "",
    by: By,
    **said: Any,
) -> Field:
    """Add an own field. Without a ``key`` the label becomes it: 年会費 → ``data.年会費``.

    ``said``: any other column of Field, ``choices`` as labels or as {"value", "label"}. ``table``
    is the key of a custom database. Raises Invalid with what is wrong by column, KeyTaken.
    """
    wanted = japanese.fold(key or label_ja).replace(" ", "_")
    if not key:
        wanted = _free_key(table, re.sub(r"[^\w-]+", "_", wanted).strip("_") or "field")
    if not _KEY.fullmatch(wanted):
        raise no.Invalid({"key": _("A key begins with a letter and has letters and digits only.")})
    if Field.objects.of(table).filter(key=wanted).exists():
        raise no.KeyTaken
    if type not in Field.Type.values:
        raise no.Invalid({"type": _("Choose the type of the field.")})
    made = Field(table=table, key=wanted, type=type)
    for name, value in _checked(made, {"label_ja": label_ja, **said}).items():
        setattr(made, name, value)
    made.order = (Field.objects.of(table).aggregate(last=Max("order"))["last"] or 0) + 1
    made.save()
    announce(ListEntryAdded(about=made, name=str(made), by=by))
    _follow(made, {})
    return made


@transaction.atomic
def edit_field(found: Field, *, by: By, **values: Any) -> Field:
    """Change anything but key, table and type. Raises Invalid with what is wrong by column.

    A choice that is left out of ``choices`` is retired, not forgotten: members may have it.
    """
    found = Field.objects.select_for_update().get(pk=found.pk)
    said = {name: value for name, value in values.items() if value is not None}
    said |= {
        name: None
        for name in ("default", "least", "most", "longest")
        if name in values and values[name] is None
    }
    changes = {
        name: (getattr(found, name), value)
        for name, value in _checked(found, said).items()
        if getattr(found, name) != value
    }
    if changes:
        for name, (_old, new) in changes.items():
            setattr(found, name, new)
        _refuse_alike(found, changes)
        if "choices" in changes:
            _keep_meaning(found, *changes["choices"])
        if changes.keys() & {"label", "label_ja"}:
            _keep_names(found)
        if "expression" in changes:
            _remember_sources(found, changes["expression"][0])
        found.save(update_fields=[*changes, "derived_from"])
        announce(ListEntryChanged(about=found, changes=changes, by=by))
        _follow(found, changes)
    return found


@transaction.atomic
def retire_field(found: Field, *, retired: bool = True, by: By) -> Field:
    """Hide an own field; the values stay and come back with ``retired=False``."""
    found = Field.objects.select_for_update().get(pk=found.pk)
    if retired != (found.retired_at is not None):
        _mark(found, "retired_at", set_=retired, by=by)
        _follow(found, {"retired_at": ()})
    return found


@transaction.atomic
def delete_field(found: Field, *, by: By) -> Field:
    """Delete a field with its values. It can be restored for 30 days; then they are gone."""
    found = Field.objects.select_for_update().get(pk=found.pk)
    if found.deleted_at is None:
        found.deleted_at = clock.now()
        found.save(update_fields=["deleted_at"])
        announce(ListEntryDeleted(about=found, name=str(found), by=by))
        _follow(found, {"deleted_at": ()})
    return found


@transaction.atomic
def restore_field(found: Field, *, by: By) -> Field:
    """Take a deleted field back, with all its values."""
    found = Field.objects.select_for_update().get(pk=found.pk)
    if found.deleted_at is not None:
        _mark(found, "deleted_at", set_=False, by=by)
        _follow(found, {"deleted_at": ()})
    return found


@transaction.atomic
def move_field(found: Field, step: int, *, by: By) -> None:
    """Move an own field up (-1) or down (+1) among those of its section, or into the next one."""
    rows = list(Field.objects.of(found.table).present().select_for_update())
    old = next((i for i, row in enumerate(rows) if row.pk == found.pk), None)
    if old is None:
        return
    new = max(0, min(len(rows) - 1, old + step))
    rows.insert(new, rows.pop(old))
    if old != new:
        _number(rows)
        announce(ListEntryChanged(about=found, changes={"order": (old + 1, new + 1)}, by=by))


@transaction.atomic
def place_fields(table: str, places: Sequence[tuple[int, str]], *, by: By) -> None:
    """Put all fields into this order: pairs of id and section. Fields not named come last."""
    rows = {row.pk: row for row in Field.objects.of(table).present().select_for_update()}
    ordered = []
    changed = False
    for pk, name in places:
        row = rows.pop(pk, None)
        if row is None:
            continue
        section = japanese.fold(name)[:100]
        if row.section != section:
            row.section, changed = section, True
            row.save(update_fields=["section"])
        ordered.append(row)
    changed = _number([*ordered, *rows.values()]) or changed
    if changed:
        announce(FieldsOrdered(about=None, table=table, by=by))


@transaction.atomic
def rename_section(table: str, old: str, new: str, *, by: By) -> None:
    """Call a section of the form something else; '' puts its fields among the others."""
    new = japanese.fold(new)
    if len(new) > 100:
        raise no.Invalid({"section": str(TOO_LONG) % {"longest": 100, "length": len(new)}})
    if Field.objects.of(table).filter(section=old).update(section=new):
        announce(FieldsOrdered(about=None, table=table, by=by))


def _number(rows: Sequence[Field]) -> bool:
    moved = [(order, row) for order, row in enumerate(rows, start=1) if row.order != order]
    for order, row in moved:
        row.order = order
    Field.objects.bulk_update([row for _order, row in moved], ["order"])
    return bool(moved)


def _mark(found: Field, name: str, *, set_: bool, by: By) -> None:
    old = getattr(found, name)
    setattr(found, name, clock.now() if set_ else None)
    found.save(update_fields=[name])
    changes = {name: (old, getattr(found, name))}
    announce(ListEntryChanged(about=found, changes=changes, by=by))


def _free_key(table: str, key: str) -> str:
    key = key[:56] if not key[:1].isdigit() else f"_{key[:55]}"
    rows = Field.objects.of(table).filter(key__startswith=key)
    taken = set(rows.values_list("key", flat=True))
    if key not in taken:
        return key
    return next(f"{key}_{i}" for i in range(2, 10_000) if f"{key}_{i}" not in taken)


def _checked(found: Field, said: Mapping[str, Any]) -> dict[str, Any]:
    try:
        return checked(found, said)
    except FaultySettings as faulty:
        raise no.Invalid(faulty.errors) from faulty


def _keep_meaning(found: Field, old: Sequence[Any], new: Sequence[Any]) -> None:
    """Formulas that name a choice by a label which it no longer has name it by its value."""
    named = {word for one in new for word in one.values() if isinstance(word, str)}
    gone = [
        (one[name], one["value"])
        for one in old
        for name in ("label", "label_en")
        if one[name] and one[name] not in named
    ]
    for user in using(found) if gone else ():
        _reword(user, with_values(user.expression, found, gone))


def _keep_names(found: Field) -> None:
    """Formulas that name the field by a label which it is about to lose name it by its key."""
    names = referable(found.table, fields_of(found.table))
    for user in using(found):
        _reword(user, by_key(user.expression, names))


def _reword(field: Field, expression: str) -> None:
    if expression != field.expression:
        Field.objects.filter(pk=field.pk).update(expression=expression)


def _remember_sources(found: Field, before: str) -> None:
    """The values there are come from the formula ``before`` until they are worked out anew."""
    old = Field(pk=found.pk, table=found.table, expression=before, derived_from=found.derived_from)
    sources = sources_of(old, once_known(found.table))
    found.derived_from = sorted(sources) if sources is not None else found.derived_from


def _refuse_alike(found: Field, changes: Mapping[str, Any]) -> None:
    """Where two are alike already, no two can be forbidden to be."""
    if not found.unique or "unique" not in changes:
        return
    unique.lock(found)
    if value := unique.twice(found):
        told = _("“%(value)s” is there more than once. Correct that first.")
        raise no.Invalid({"unique": told % {"value": value[:100]}})


def _follow(found: Field, changes: Mapping[str, Any]) -> None:
    """Ask for the work that a new or changed definition brings: values, search, indexes."""
    from enishi.members.fields.following import follow  # it asks for jobs, which import actions

    follow(found, changes)
