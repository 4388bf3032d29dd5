"""The lists that the office owns: member types, leave reasons."""

from collections.abc import Mapping
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import Max

from enishi.core import clock, japanese
from enishi.core.facts import announce
from enishi.members import numbers
from enishi.members.facts import ListEntryAdded, ListEntryChanged
from enishi.members.fields import TOO_LONG
from enishi.members.models import LeaveReason, MemberType

from . import refusals as no
from .roll import By

Entry = TypeVar("Entry", MemberType, LeaveReason)


@transaction.atomic
def add_type(
    *, name: str, number_pattern: str = "", for_organisations: bool = False, by: By
) -> MemberType:
    """Add a member type at the end of the list. Raises Invalid for a bad number pattern."""
    made = MemberType(name=_free_name(MemberType, name), for_organisations=for_organisations)
    if number_pattern:
        made.number_pattern = _good_pattern(number_pattern)
    return _added(made, by)


@transaction.atomic
def edit_type(
    found: MemberType,
    *,
    name: str | None = None,
    number_pattern: str | None = None,
    for_organisations: bool | None = None,
    by: By,
) -> MemberType:
    """Change what is given. Numbers that were given before stay as they are."""
    found = MemberType.objects.select_for_update().get(pk=found.pk)
    values: dict[str, Any] = {"for_organisations": for_organisations}
    if name is not None:
        values["name"] = _free_name(MemberType, name, but=found)
    if number_pattern is not None:
        values["number_pattern"] = _good_pattern(number_pattern)
    return _edited(found, values, by)


@transaction.atomic
def retire_type(found: MemberType, *, retired: bool = True, by: By) -> MemberType:
    """Take a type out of use (members keep it), or with ``retired=False`` back into use."""
    found = MemberType.objects.select_for_update().get(pk=found.pk)
    others = MemberType.objects.filter(retired_at=None).exclude(pk=found.pk)
    if retired and not others.exists():
        raise no.LastType
    return _retired(found, by, retired=retired)


def move_type(found: MemberType, step: int, *, by: By) -> None:
    """Move a type up (-1) or down (+1) in the list."""
    _moved(MemberType, found.pk, step, by)


@transaction.atomic
def add_leave_reason(*, name: str, by: By) -> LeaveReason:
    return _added(LeaveReason(name=_free_name(LeaveReason, name)), by)


@transaction.atomic
def edit_leave_reason(found: LeaveReason, *, name: str, by: By) -> LeaveReason:
    found = LeaveReason.objects.select_for_update().get(pk=found.pk)
    return _edited(found, {"name": _free_name(LeaveReason, name, but=found)}, by)


@transaction.atomic
def retire_leave_reason(found: LeaveReason, *, retired: bool = True, by: By) -> LeaveReason:
    """Take a reason out of use (the past keeps it), or with ``retired=False`` back into use."""
    found = LeaveReason.objects.select_for_update().get(pk=found.pk)
    return _retired(found, by, retired=retired)


def move_leave_reason(found: LeaveReason, step: int, *, by: By) -> None:
    """Move a reason up (-1) or down (+1) in the list."""
    _moved(LeaveReason, found.pk, step, by)


# What they share


def name_of(text: str, *, longest: int = 100) -> str:
    """A clean name. Raises NameMissing, or Invalid where it is too long."""
    name = japanese.fold(text).replace("\x00", "")
    if not name:
        raise no.NameMissing
    if len(name) > longest:
        sentence = str(TOO_LONG) % {"longest": longest, "length": len(name)}
        raise no.Invalid({"name": sentence})
    return name


def _free_name(model: type[MemberType] | type[LeaveReason], text: str, *, but: Any = None) -> str:
    name = name_of(text)
    others = model.objects.filter(name=name)
    if but is not None:
        others = others.exclude(pk=but.pk)
    if others.exists():
        raise no.NameTaken
    return name


def _good_pattern(pattern: str) -> str:
    pattern = japanese.fold(pattern)
    try:
        numbers.check(pattern)
    except numbers.BadPattern as bad:
        raise no.Invalid({"number_pattern": bad.reason}) from bad
    return pattern


def _added(made: Entry, by: By) -> Entry:
    rows = type(made).objects.all()
    made.order = (rows.aggregate(last=Max("order"))["last"] or 0) + 1
    made.save()
    announce(ListEntryAdded(about=made, name=str(made), by=by))
    return made


def _edited(found: Entry, values: Mapping[str, Any], by: By) -> Entry:
    changes = {
        name: (getattr(found, name), value)
        for name, value in values.items()
        if value is not None and getattr(found, name) != value
    }
    if changes:
        for name, (_old, new) in changes.items():
            setattr(found, name, new)
        found.save(update_fields=list(changes))
        announce(ListEntryChanged(about=found, changes=changes, by=by))
    return found


def _retired(found: Entry, by: By, *, retired: bool) -> Entry:
    if retired == (found.retired_at is not None):
        return found
    return _set_retired(found, by, retired=retired)


def _set_retired(found: Entry, by: By, *, retired: bool) -> Entry:
    old = found.retired_at
    found.retired_at = clock.now() if retired else None
    found.save(update_fields=["retired_at"])
    announce(ListEntryChanged(about=found, changes={"retired_at": (old, found.retired_at)}, by=by))
    return found


@transaction.atomic
def _moved(model: type[Any], pk: int, step: int, by: By) -> None:
    rows = list(model.objects.select_for_update().order_by("order", "pk"))
    old = next(i for i, row in enumerate(rows) if row.pk == pk)
    new = max(0, min(len(rows) - 1, old + step))
    moved = rows.pop(old)
    rows.insert(new, moved)
    for order, row in enumerate(rows, start=1):
        if row.order != order:
            row.order = order
            row.save(update_fields=["order"])
    if old != new:
        announce(ListEntryChanged(about=moved, changes={"order": (old + 1, new + 1)}, by=by))
