"""Who sees and who edits which field. Every surface asks here."""

from typing import Any

from django.contrib.auth.models import AnonymousUser

from enishi.accounts.models import User
from enishi.members.models import Field

from .definitions import Definition
from .known import definitions_of, every_field

_ROLES = "_roles_for_fields"
By = User | AnonymousUser | Any | None  # nobody: a program or a job, which may everything


def visible_fields(user: By, table: str = "", *, retired: bool = False) -> dict[str, Definition]:
    """The fields that ``user`` may see, by key: built-in and own ones of members, or those of a
    database. Any other field does not exist for this user, on no surface."""
    known = definitions_of(table, retired=retired) if table else every_field(retired=retired)
    if not any(one.own is not None and one.own.seen_by for one in known.values()):
        return known
    roles = _roles(user)
    return {key: one for key, one in known.items() if may_see(one.own, roles)}


def editable_fields(user: By, table: str = "") -> dict[str, Definition]:
    """Those of ``visible_fields`` that ``user`` may also change (and that can be changed)."""
    seen = {key: one for key, one in visible_fields(user, table).items() if one.editable}
    if not any(one.own is not None and one.own.edited_by for one in seen.values()):
        return seen
    roles = _roles(user)
    return {key: one for key, one in seen.items() if may_edit(one.own, roles)}


def may_see(own: Field | None, roles: frozenset[str] | None) -> bool:
    """``roles``: the keys of somebody's roles; None for those from whom nothing is hidden."""
    return own is None or roles is None or not own.seen_by or bool(roles & {*own.seen_by})


def may_edit(own: Field | None, roles: frozenset[str] | None) -> bool:
    return own is None or roles is None or not own.edited_by or bool(roles & {*own.edited_by})


def _roles(user: By) -> frozenset[str] | None:
    """The keys of the user's roles (asked once per object); None where nothing is hidden."""
    if not isinstance(user, User):
        return None
    if not hasattr(user, _ROLES):
        roles = list(user.roles.all())
        everything = any(role.everything for role in roles)
        keys = None if everything else frozenset(role.key for role in roles)
        setattr(user, _ROLES, keys)
    found: frozenset[str] | None = getattr(user, _ROLES)
    return found


def hidden_keys(user: By) -> tuple[frozenset[str], frozenset[str]]:
    """``data.<key>`` of every own field of any table that ``user`` may not see, and their ids."""
    roles = _roles(user)
    if roles is None:
        return frozenset(), frozenset()
    known: tuple[frozenset[str], frozenset[str]] | None = getattr(user, "_hidden_keys", None)
    if known is None:
        rows = [row for row in Field.objects.exclude(seen_by=[]) if not may_see(row, roles)]
        known = frozenset(f"data.{r.key}" for r in rows), frozenset(str(r.pk) for r in rows)
        user._hidden_keys = known  # type: ignore[union-attr]  # noqa: SLF001
    return known
