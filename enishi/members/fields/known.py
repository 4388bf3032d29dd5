"""All fields, looked up once: a page with 500 own fields asks for them with one small query.

The rows are remembered in the process and made anew when one of them has changed. What has
changed is seen by the row versions of PostgreSQL, so that no one who writes has to say so.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from typing import Any

from enishi.core.bulk import rows
from enishi.members.models import Field, FieldRight

from .built_in import BUILT_IN
from .definitions import OWN, Definition, own_field
from .groups import GROUP_OF
from .types import type_of


@dataclass
class _Seen:
    state: tuple[object, ...]
    fields: list[Field]
    live: list[Field]
    at: float = 0.0
    definitions: dict[str, Definition] = field(default_factory=dict)
    deleted: dict[str, Definition] = field(default_factory=dict)
    built_in: dict[str, Definition] = field(default_factory=lambda: BUILT_IN)


_seen: dict[str, _Seen] = {}
_lock = threading.Lock()
_page: ContextVar[dict[str, _Seen] | None] = ContextVar("fields_of_the_page", default=None)


@contextmanager
def looked_up_once() -> Iterator[None]:
    """Inside, fields and their rights are those of the first look: for a page that only shows."""
    before = _page.set({})
    try:
        yield
    finally:
        _page.reset(before)


def _now(table: str) -> _Seen:
    known = _page.get()
    if known is None:
        return _as_of_now(table)
    if table not in known:
        known[table] = _as_of_now(table)
    return known[table]


def _as_of_now(table: str) -> _Seen:
    [state] = rows(
        "SELECT count(*), bit_xor(hashtextextended(concat_ws(' ', id, xmin, ctid), 0)),"
        " current_database(), (SELECT bit_xor(hashtextextended(concat_ws("
        "' ', id, xmin, ctid), 0)) FROM members_fieldright)"
        ' FROM members_field WHERE "table" = %s',
        [table],
    )
    with _lock:
        seen = _seen.get(table)
        if seen is not None and seen.state == state:
            return seen
    every = list(Field.objects.of(table))
    found = [one for one in every if one.deleted_at is None]
    live = [one for one in found if one.retired_at is None]
    definitions = {made.key: made for made in map(own_field, found)}
    deleted = {made.key: made for made in map(own_field, every) if made.key not in definitions}
    fresh = _Seen(state, found, live, definitions=definitions, deleted=deleted)
    if not table:
        fresh.built_in = _guarded()
    with _lock:
        _seen[table] = fresh
    return fresh


def _guarded() -> dict[str, Definition]:
    """The built-in fields with who may see and edit them."""
    rights = {right.group: right for right in FieldRight.objects.all()}
    guarded = dict(BUILT_IN)
    for key, group in GROUP_OF.items():
        if right := rights.get(group):
            seen_by, edited_by = tuple(right.seen_by), tuple(right.edited_by)
            guarded[key] = replace(BUILT_IN[key], seen_by=seen_by, edited_by=edited_by)
    return guarded


RECENT = 2.0  # seconds for which a label in history may be that of before


def for_history(table: str, name: str) -> tuple[str, Callable[[Any], str]] | None:
    """The label of ``data.<key>`` and how its values are said, for lines of history.

    Asks the database once for many lines, so a label may be a moment old.
    """
    if not name.startswith(OWN):
        return None
    seen = _seen.get(table)
    if seen is None or time.monotonic() - seen.at > RECENT:
        seen = _now(table)
        seen.at = time.monotonic()
    definition = seen.definitions.get(name)
    if definition is None or definition.own is None:
        return None
    own, kind = definition.own, type_of(definition.own)
    return str(own), lambda value: "" if value in (None, "") else kind.said(own, value)


def fields_of(table: str = "", *, retired: bool = False) -> list[Field]:
    """The fields of members (''), or of a database, in their order. Shared: do not change them."""
    seen = _now(table)
    return seen.fields if retired else seen.live


def definitions_of(table: str, *, retired: bool = False) -> dict[str, Definition]:
    """The same as definitions, by ``data.<key>``."""
    return _present(_now(table), retired)


def once_known(table: str) -> dict[str, Definition]:
    """Every field of members (''), or of a database: those in use, retired and deleted ones.

    Values that were worked out of a field may still be there when it is gone.
    """
    return _once(table, _now(table))


def _once(table: str, seen: _Seen) -> dict[str, Definition]:
    return {**({} if table else seen.built_in), **seen.definitions, **seen.deleted}


def known_and_once(
    table: str, *, retired: bool
) -> tuple[dict[str, Definition], dict[str, Definition]]:
    """Those there are, the built-in ones of members among them, and ``once_known``, by one look."""
    seen = _now(table)
    known = _present(seen, retired)
    return (known if table else seen.built_in | known), _once(table, seen)


def _present(seen: _Seen, retired: bool) -> dict[str, Definition]:
    return {
        key: one
        for key, one in seen.definitions.items()
        if retired or (one.own is not None and one.own.retired_at is None)
    }


def every_field(*, retired: bool = False) -> dict[str, Definition]:
    """All fields of members by key: the built-in ones, then the organisation's own in order."""
    seen = _now("")
    return seen.built_in | _present(seen, retired)
