"""Who sees and who edits which field. Every surface asks here."""

from typing import Any

from django.contrib.auth.models import AnonymousUser

from enishi.accounts.models import User
from enishi.members.models import Field

from .definitions import Definition
from .known import definitions_of, every_field

By = User | AnonymousUser | Any | None  # nobody: a program or a job, which may everything


def visible_fields(user: By, table: str = "", *, retired: bool = False) -> dict[str, Definition]:
    """The fields that ``user`` may see, by key: built-in and own ones of members, or those of a
    database. Any other field does not exist for this user, on no surface."""
    known = definitions_of(table, retired=retired) if table else every_field(retired=retired)
    roles = _roles(user)
    return {key: one for key, one in known.items() if may_see(one.own, roles)}


def editable_fields(user: By, table: str = "") -> dict[str, Definition]:
    """Those of ``visible_fields`` that ``user`` may also change (and that can be changed)."""
    roles = _roles(user)
    return {
        key: one
        for key, one in visible_fields(user, table).items()
        if one.editable and may_edit(one.own, roles)
    }


def may_see(own: Field | None, roles: frozenset[str] | None) -> bool:
    """``roles``: the keys of somebody's roles; None for those from whom nothing is hidden."""
    return own is None or roles is None or not own.seen_by or bool(roles & {*own.seen_by})


def may_edit(own: Field | None, roles: frozenset[str] | None) -> bool:
    return own is None or roles is None or not own.edited_by or bool(roles & {*own.edited_by})


def _roles(user: By) -> frozenset[str] | None:
    """The keys of the user's roles (asked once per object); None where nothing is hidden."""
    if not isinstance(user, User):
        return None
    if not hasattr(user, "_field_roles"):
        roles = list(user.roles.all())
        everything = any(role.everything for role in roles)
        user._field_roles = None if everything else frozenset(role.key for role in roles)  # type: ignore[attr-defined]
    found: frozenset[str] | None = user._field_roles  # type: ignore[attr-defined]
    return found
