"""Indexes on fields, made while people work: one for filters, one for sorting by own fields.

Whatever keeps a rule or an order (a saved view, a segment) says which fields it uses
(``index_needed``); a job makes what is missing. Each index costs about a second per million
imported rows, so a field that nobody filters by has none.
"""

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from zlib import crc32

from django.db import connection

from enishi.core.bulk import rows
from enishi.core.models import Job
from enishi.members.models import Field

from .definitions import OWN
from .known import fields_of
from .types import Compare, stored_type_of, type_of

TABLE = "members_member"
_CLEAN = (Field.Type.EMAIL, Field.Type.PHONE)  # kept in the form in which they are compared
_OPEN = (Job.State.WAITING, Job.State.RUNNING)
# Built-in fields that the model has no index for. Remarks are too long for one.
_BUILT_IN = (
    *("family_name", "given_name", "family_name_kana", "given_name_kana", "former_name"),
    *("organisation_name", "organisation_name_kana", "gender", "email", "phone", "mobile"),
    *("postal_code", "city", "address_line", "building", "source", "deceased_on"),
)


def index_needed(keys: Iterable[str], *, sort: Iterable[str] = ()) -> None:
    """Say that fields are used: ``keys`` in filters, ``sort`` to sort by (own ones only).

    Own fields are ``data.<key>``. Asks for a job where an index is missing.
    """
    keys = set(keys)
    wanted = {f"filter:{key.removeprefix(OWN)}" for key in keys if key.startswith(OWN)}
    wanted |= {f"built-in:{key}" for key in keys.intersection(_BUILT_IN)}
    wanted |= {
        f"sort:{key.lstrip('-').removeprefix(OWN)}"
        for key in sort
        if key.lstrip("-").startswith(OWN)
    }
    if not wanted:
        return
    known = {field.key: field for field in fields_of()}
    there = _there()
    missing = []
    for one in sorted(wanted):
        purpose, _sign, key = one.partition(":")
        if purpose == "built-in":
            missing += [one] if _built_in_name(key) not in there else []
            continue
        field = known.get(key)
        if field is not None and index_name(field, sort=purpose == "sort") not in there:
            missing.append(one)
    if missing:
        from .jobs import index_fields

        asked = Job.objects.filter(name=index_fields.name, state__in=_OPEN)
        if not any(job.arguments.get("wanted") == missing for job in asked):
            index_fields.enqueue(wanted=missing)


def ensure_index(field: Field, *, sort: bool = False) -> bool:
    """Make the index of a field, unless it is there; returns whether it was made.

    Outside of a transaction nobody who reads or writes has to wait. One that was left unfinished
    is made anew.
    """
    other_order = f"{_base(field)}_sort_" if sort else None  # of choices in another order
    return _ensure(index_name(field, sort=sort), _shape(field, sort), other_order)


def ensure_built_in_index(key: str) -> bool:
    """The same for a built-in field; one that needs none is passed over."""
    return key in _BUILT_IN and _ensure(_built_in_name(key), f"{TABLE} ({key})")


def _built_in_name(key: str) -> str:
    return f"member_by_{key}"


def _ensure(name: str, shape: str, instead_of: str | None = None) -> bool:
    with _one_at_a_time():
        there = _there()
        if there.get(name):
            return False
        _make(name, shape, [old for old in there if old == name or _is_old(old, instead_of)])
    return True


def _is_old(name: str, instead_of: str | None) -> bool:
    return instead_of is not None and name.startswith(instead_of)


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Two jobs that make indexes of one table would disturb each other ("tuple concurrently
    updated"). Asked again and again: whoever waits for a lock inside of a statement would keep
    CREATE INDEX CONCURRENTLY waiting, which waits for every statement."""
    if connection.in_atomic_block:  # then the table itself is locked
        yield
        return
    while not rows("SELECT pg_try_advisory_lock(hashtext('members.indexes'))")[0][0]:
        time.sleep(0.2)
    try:
        yield
    finally:
        rows("SELECT pg_advisory_unlock(hashtext('members.indexes'))")


def _make(name: str, shape: str, instead_of: Iterable[str]) -> None:
    concurrently = "" if connection.in_atomic_block else "CONCURRENTLY"
    with connection.cursor() as cursor:
        if connection.in_atomic_block:  # nothing may wait for the table
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE", None)
        for old in instead_of:  # unfinished, or outdated
            cursor.execute(f'DROP INDEX {concurrently} IF EXISTS "{old}"', None)
        cursor.execute(f'CREATE INDEX {concurrently} "{name}" ON {shape}', None)
        cursor.execute(f"ANALYZE {TABLE}", None)


def drop_indexes(field: Field) -> None:
    """Drop the indexes of a field that is gone. Inside a transaction the table is locked."""
    with connection.cursor() as cursor:
        for name in _there():
            if name == _base(field) or name.startswith(f"{_base(field)}_sort_"):
                cursor.execute(f'DROP INDEX IF EXISTS "{name}"', None)


def index_name(field: Field, *, sort: bool = False) -> str:
    """The index of this field. The order of choices is part of a sort index's name."""
    if not sort:
        return _base(field)
    return f"{_base(field)}_sort_{crc32(type_of(field).sql_sort(field, 'data').encode()):08x}"


def _base(field: Field) -> str:
    return f"member_own_{field.pk}"


def _shape(field: Field, sort: bool) -> str:
    kind = type_of(field)
    if sort:
        return f"{TABLE} (({kind.sql_sort(field, 'data')}), id)"
    if stored_type_of(field).compare is Compare.CHOICES:
        return f"{TABLE} USING gin (({kind.sql(field, 'data')}) jsonb_path_ops)"
    value = compared(field, kind.sql(field, "data"))
    return f"{TABLE} (({value}))"  # not of those with a value alone: then no statistics are used


def compared(field: Field, value: str) -> str:
    """SQL of a value in the form in which rules, unique fields and indexes compare it: texts
    without width, capitals and the kind of kana."""
    by_sight = stored_type_of(field).compare is Compare.TEXT and field.stored_type not in _CLEAN
    return f"members_normal({value})" if by_sight else value


def finished_indexes() -> frozenset[str]:
    """Names of the indexes made here that serve."""
    return frozenset(name for name, finished in _there().items() if finished)


def _there() -> dict[str, bool]:
    """The indexes made here that exist, and whether they are finished."""
    found = rows(
        "SELECT c.relname, i.indisvalid FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid"
        " WHERE i.indrelid = %s::regclass"
        " AND (c.relname LIKE 'member\\_own\\_%%' OR c.relname LIKE 'member\\_by\\_%%')",
        [TABLE],
    )
    return dict(found)
