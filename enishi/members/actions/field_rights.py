"""Who may see and change which fields, role by role."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from enishi.accounts.models import Role
from enishi.core.facts import announce
from enishi.members.facts import FieldRightsChanged
from enishi.members.fields import OWN, editable_fields, visible_fields
from enishi.members.fields.groups import GROUPS
from enishi.members.fields.rights import Guarded
from enishi.members.models import Field, FieldRight

from . import refusals as no
from .fields import edit_field
from .roll import By

HIDDEN, SEE, EDIT = "hidden", "see", "edit"
NOBODY = ["administrator"]  # who has every right sees everything; the others do not


def level_of(one: Guarded | None, role: Role) -> str:
    """What ``role`` may do with a field or group: ``hidden``, ``see`` or ``edit``."""
    if one is None or role.everything:
        return EDIT
    if one.seen_by and role.key not in one.seen_by:
        return HIDDEN
    return SEE if one.edited_by and role.key not in one.edited_by else EDIT


def choosable(by: By) -> dict[str, Field | str]:
    """What ``by`` may set the rights of: groups of built-in fields, and own fields of members.

    Nobody gives a right that they have not themselves.
    """
    may = editable_fields(by)
    groups: dict[str, Field | str] = {
        key: key for key, (_label, fields) in GROUPS.items() if all(name in may for name in fields)
    }
    return groups | {key: one.own for key, one in may.items() if one.own is not None}


@transaction.atomic
def set_field_rights(role: Role, levels: Mapping[str, str], *, by: By) -> None:
    """Say what ``role`` may do with fields: key of a group, or ``data.<key>`` → level.

    What is not named stays. Raises Invalid, SeesEverything.
    """
    if role.everything:
        raise no.SeesEverything
    known = choosable(by)
    wrong = {
        key: _("There is no field of this name.")
        if key not in known
        else _("Choose one of the list.")
        for key, level in levels.items()
        if key not in known or level not in (HIDDEN, SEE, EDIT)
    }
    if wrong:
        raise no.Invalid(wrong)
    every = set(Role.objects.filter(everything=False).values_list("key", flat=True))
    rows = {row.group: row for row in FieldRight.objects.select_for_update()}
    for key, level in levels.items():
        found = known[key]
        row = found if isinstance(found, Field) else rows.get(key, FieldRight(group=key))
        if level_of(row, role) == level:
            continue
        seen_by = _with(row.seen_by, every, role.key, given=level != HIDDEN)
        edited_by = _with(row.edited_by, every, role.key, given=level == EDIT)
        if isinstance(row, Field):
            edit_field(row, seen_by=seen_by, edited_by=edited_by, by=by)
        else:
            set_group_rights(key, seen_by=seen_by, edited_by=edited_by, by=by)


@transaction.atomic
def copy_field_rights(source: str, role: str, *, by: By) -> None:
    """Let a new role see and edit the fields that the role ``source`` sees and edits.

    Nobody gives a right that they have not themselves: what ``by`` may not see or edit stays as
    closed to the new role as it is.
    """
    everything = Role.objects.filter(key=source, everything=True).exists()

    def with_role(keys: list[str]) -> list[str]:
        return sorted({*keys, role}) if keys and (everything or source in keys) else keys

    for group in FieldRight.objects.filter(group__in=choosable(by)):
        set_group_rights(
            group.group,
            seen_by=with_role(group.seen_by),
            edited_by=with_role(group.edited_by),
            by=by,
        )
    for field in Field.objects.live().exclude(seen_by=[], edited_by=[]):
        key = field.key if field.table else f"{OWN}{field.key}"
        if key not in visible_fields(by, field.table):
            continue
        wanted = {"seen_by": with_role(field.seen_by)}
        if key in editable_fields(by, field.table):
            wanted["edited_by"] = with_role(field.edited_by)
        edit_field(field, **wanted, by=by)


@transaction.atomic
def set_group_rights(
    group: str, *, seen_by: Iterable[str], edited_by: Iterable[str], by: By
) -> FieldRight:
    """Say who sees and who edits a group of built-in fields: keys of roles, none for everybody.

    Raises Invalid.
    """
    if group not in choosable(by):
        raise no.Invalid({"group": _("There is no field of this name.")})
    known = set(Role.objects.values_list("key", flat=True))
    said = {"seen_by": sorted({*seen_by}), "edited_by": sorted({*edited_by})}
    for name, keys in said.items():
        if strange := [key for key in keys if key not in known]:
            sentence = _("There is no role “%(key)s”.") % {"key": strange[0][:50]}
            raise no.Invalid({name: sentence})
    row, _made = FieldRight.objects.select_for_update().get_or_create(group=group)
    changes: dict[str, tuple[Any, Any]] = {
        name: (getattr(row, name), keys)
        for name, keys in said.items()
        if sorted(getattr(row, name)) != keys
    }
    if changes:
        row.seen_by, row.edited_by = said["seen_by"], said["edited_by"]
        row.save(update_fields=["seen_by", "edited_by"])
        announce(FieldRightsChanged(about=row, changes=changes, by=by))
    return row


def _with(keys: Iterable[str], every: set[str], role: str, *, given: bool) -> list[str]:
    """A list of roles with ``role`` put in or taken out; none stands for everybody."""
    known = {key for key in keys if key in every} if keys else set(every)
    known = known | {role} if given else known - {role}
    if known >= every:
        return []
    return sorted(known) or NOBODY
