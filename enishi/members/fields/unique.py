"""Fields in which no two members, or records of a database, may have the same value.

Texts are the same whatever their width, capitals and kind of kana: to an office ＡＢＣ１ and abc1
are one number. The value is looked for under a lock that belongs to the field, so that two who
write it at once wait for each other. The index that makes the look quick is made by a job
(``indexes``).
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from enishi.core.bulk import rows
from enishi.members.models import Field

from .definitions import OWN
from .homes import home_of
from .indexes import compared
from .types import type_of


def taken(
    fields: Iterable[Field],
    data: Mapping[str, Any],
    touched: set[str] | None = None,
    *,
    but: int | None = None,
    table: str = "members_member",
    counts: str = "m.deleted_at IS NULL",
) -> dict[str, str]:
    """Values that somebody else has: ``data.<key>`` → sentence.

    ``but`` is the row itself; ``table`` holds the rows, of which those count that fulfil the SQL
    ``counts`` (alias ``m``). Call it in the transaction that writes.
    """
    found: dict[str, str] = {}
    for field in fields:
        value = data.get(field.key)
        if not field.unique or value is None or (touched is not None and field.key not in touched):
            continue
        lock(field)
        kind = type_of(field)
        there = compared(field, kind.sql(field, "m.data"))
        other = rows(
            f"SELECT (m.data -> %s)::text FROM {table} m WHERE {there} = {compared(field, '%s')}"
            f" AND {counts} AND m.id IS DISTINCT FROM %s LIMIT 1",
            [field.key, kind.param(value), but],
        )
        if other:
            theirs = json.loads(other[0][0])
            found[OWN + field.key] = _sentence(kind.said(field, value), kind.said(field, theirs))
    return found


def _sentence(mine: str, theirs: str) -> str:
    names = {"value": mine[:100], "other": theirs[:100]}
    if mine == theirs:
        return _("“%(value)s” is there already. Each may be there once.") % names
    return (
        _(
            "“%(value)s” is there already, written “%(other)s”. Width, capitals and the kind of"
            " kana make no difference; each may be there once."
        )
        % names
    )


def twice(field: Field) -> str:
    """A value that two have already, as people read it; '' where all are different."""
    home = home_of(field.table)
    if home is None:
        return ""
    value = compared(field, type_of(field).sql(field, "m.data"))
    found = rows(
        f"SELECT min(m.data ->> %s) FROM {home.table} m WHERE {home.rows} AND {home.counts}"
        f" AND {value} IS NOT NULL GROUP BY {value} HAVING count(*) > 1 LIMIT 1",
        [field.key],
    )
    return str(found[0][0]) if found else ""


def lock(field: Field) -> None:
    """Wait until nobody else writes values of this field; until the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('members.field'), %s)", [field.pk])
