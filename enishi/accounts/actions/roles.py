"""Which rights go together."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils.crypto import get_random_string

from enishi.accounts.facts import RoleAdded, RoleChanged, RoleDeleted
from enishi.accounts.models import Role, User
from enishi.accounts.permissions import OPEN_OFFICE, every_right
from enishi.core.facts import announce

from .refusals import ReadyMadeRole, RoleInUse, refuse_more_than_own


@transaction.atomic
def add_role(
    *, name: str, rights: Iterable[str], copied_from: Role | None = None, by: User | None
) -> Role:
    """Make a role of the organisation's own. Unknown rights are left out.

    ``copied_from``: what other apps keep by role (rights to fields) is taken over from there.
    """
    given = sorted(every_right() & {OPEN_OFFICE, *rights})
    refuse_more_than_own(by, frozenset(given))
    role = Role.objects.create(key=f"own-{get_random_string(10).lower()}", name=name, rights=given)
    source = copied_from.key if copied_from is not None else ""
    announce(RoleAdded(about=role, by=by, rights=given, copied_from=source))
    return role


@transaction.atomic
def change_role(role: Role, *, name: str, rights: Iterable[str], by: User | None) -> Role:
    """Give a role another name or other rights; ready-made ones stay as they are."""
    role = Role.objects.select_for_update().get(pk=role.pk)
    if role.built_in:
        raise ReadyMadeRole
    given = sorted(every_right() & {OPEN_OFFICE, *rights})
    refuse_more_than_own(by, (frozenset(given) ^ frozenset(role.rights)) & every_right())
    changes: dict[str, tuple[Any, Any]] = {}
    if name != role.name:
        changes["name"] = (role.name, name)
    if set(given) != set(role.rights):
        changes["rights"] = (sorted(role.rights), given)
    if changes:
        role.name, role.rights = name, given
        role.save(update_fields=["name", "rights"])
        announce(RoleChanged(about=role, by=by, changes=changes))
    return role


@transaction.atomic
def delete_role(role: Role, *, by: User | None) -> None:
    """Remove a role that nobody has."""
    role = Role.objects.select_for_update().get(pk=role.pk)
    if role.built_in:
        raise ReadyMadeRole
    if role.users.exists():
        raise RoleInUse
    announce(RoleDeleted(about=role, by=by))
    role.delete()
