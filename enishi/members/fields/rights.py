"""Who sees and who edits which field. Every surface asks here."""

import copy
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

from django.contrib.auth.models import AnonymousUser

from enishi.accounts.models import User
from enishi.members.models import Field, Member

from .built_in import BUILT_IN
from .definitions import AREAS, OWN, Definition
from .groups import GROUP_OF, GROUPS
from .known import known_and_once

_ROLES = "_roles_for_fields"
By = User | AnonymousUser | Any | None  # nobody: a program or a job, which may everything


class Guarded(Protocol):
    """What says who sees and who edits it: keys of roles, none for everybody."""

    @property
    def seen_by(self) -> Sequence[str]: ...
    @property
    def edited_by(self) -> Sequence[str]: ...


def visible_fields(user: By, table: str = "", *, retired: bool = False) -> dict[str, Definition]:
    """The fields that ``user`` may see, by key: built-in and own ones of members, or those of a
    database. Any other field does not exist for this user, on no surface."""
    known, every = known_and_once(table, retired=retired)
    guarded = {key: one for key, one in every.items() if one.seen_by or one.area}
    if not guarded:
        return known
    roles = _roles(user)
    hidden = {
        key
        for key, one in guarded.items()
        if not (may_see(one, roles) and _has(user, one.area, "view"))
    }
    if not hidden:
        return known
    hidden |= _told_by_others(every, hidden)
    return {key: one for key, one in known.items() if key not in hidden}


def _told_by_others(every: Mapping[str, Definition], hidden: set[str]) -> set[str]:
    """The computed fields whose values would tell of a ``hidden`` one, by formulas of other ones
    too: whatever their values may come from, also what is retired or deleted by now."""
    from .computing import sources_of

    sources = {
        key: sources_of(one.own, every)
        for key, one in every.items()
        if one.own is not None and one.own.type == Field.Type.COMPUTED
    }
    telling: set[str] = set()
    while closed := {
        key
        for key, of in sources.items()
        if key not in telling and (of is None or of & (hidden | telling))
    }:
        telling |= closed
    return telling


def editable_fields(user: By, table: str = "") -> dict[str, Definition]:
    """Those of ``visible_fields`` that ``user`` may also change (and that can be changed)."""
    seen = {key: one for key, one in visible_fields(user, table).items() if one.editable}
    if not any(one.edited_by or one.area for one in seen.values()):
        return seen
    roles = _roles(user)
    return {
        key: one
        for key, one in seen.items()
        if may_edit(one, roles) and _has(user, one.area, "edit")
    }


def _has(user: By, area: str, action: str) -> bool:
    """Whether ``user`` has the right to a class of personal data; '' is open to everybody."""
    return not area or not isinstance(user, User) or user.has_right(f"{area}.{action}")


def may_see(one: Guarded, roles: frozenset[str] | None) -> bool:
    """``roles``: the keys of somebody's roles; None for those from whom nothing is hidden."""
    return roles is None or not one.seen_by or bool(roles & {*one.seen_by})


def may_edit(one: Guarded, roles: frozenset[str] | None) -> bool:
    return roles is None or not one.edited_by or bool(roles & {*one.edited_by})


def _roles(user: By) -> frozenset[str] | None:
    """The keys of the user's roles (asked once per object); None where nothing is hidden."""
    if not isinstance(user, User):
        return None
    if not hasattr(user, _ROLES):
        roles = user.own_roles
        everything = any(role.everything for role in roles)
        keys = None if everything else frozenset(role.key for role in roles)
        setattr(user, _ROLES, keys)
    found: frozenset[str] | None = getattr(user, _ROLES)
    return found


def hidden_keys(user: By) -> tuple[frozenset[str], frozenset[str]]:
    """What ``user`` may not see: keys of built-in fields and ``data.<key>`` of the own fields of
    any table; and the ids of these own fields."""
    roles = _roles(user)
    if roles is None:
        return frozenset(), frozenset()
    known: tuple[frozenset[str], frozenset[str]] | None = getattr(user, "_hidden_keys", None)
    if known is None:
        guarded = Field.objects.exclude(seen_by=[], personal=Field.Personal.ORDINARY)
        rows = [
            row
            for row in guarded
            if not may_see(row, roles) or not _has(user, AREAS[row.personal], "view")
        ]
        keys = hidden_built_in(user) | {f"{OWN}{row.key}" for row in rows}
        known = keys, frozenset(str(row.pk) for row in rows)
        user._hidden_keys = known  # type: ignore[union-attr]  # noqa: SLF001
    return known


def hidden_built_in(user: By, seen: Iterable[str] | None = None) -> frozenset[str]:
    """The built-in fields that ``user`` may not see; ``seen``: those that they may, if known."""
    return frozenset(GROUP_OF) - set(visible_fields(user) if seen is None else seen)


def hidden_groups(user: By, seen: Iterable[str] | None = None) -> frozenset[str]:
    """The groups of built-in fields that ``user`` may not see."""
    hidden = hidden_built_in(user, seen)
    return frozenset(group for group, (_label, keys) in GROUPS.items() if hidden & {*keys})


def as_seen(member: Member, user: By, seen: Mapping[str, Definition] | None = None) -> Member:
    """``member`` as ``user`` may see it: a copy in which all else is empty. It is never saved.

    ``seen`` are the fields that they may see, where that is known.
    """
    seen = visible_fields(user, retired=True) if seen is None else seen
    hidden = hidden_built_in(user, seen)
    if not hidden and all(f"{OWN}{key}" in seen for key in member.data):
        return member
    shown = copy.copy(member)
    for key in hidden:
        setattr(shown, BUILT_IN[key].column, BUILT_IN[key].empty)
    shown.data = {key: value for key, value in member.data.items() if f"{OWN}{key}" in seen}
    shown.partly_hidden = True
    return shown
