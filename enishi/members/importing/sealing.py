"""Staged values of sensitive fields: sealed before they reach the database, for whom they are.

The same for lists of members and of records. While nobody knows yet whom a row is about, its values
are bound to the import. Everything is done in batches; equal values keep the sealed text that is
there, so that nothing seems to change.
"""

import json
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import polars as pl
from django.db import connection

from enishi.core.bulk import rows
from enishi.core.sealing import CannotBeOpened, is_sealed, seal, unseal
from enishi.members.fields import OWN
from enishi.members.fields.sealed import about, same, seal_value, sealed_fields
from enishi.members.fields.types import DOTS
from enishi.members.models import ListImport

from .staging import table

if TYPE_CHECKING:
    from .own import Comparison

STEP = 5_000


def bound_to_import(staged: str, key: str) -> str:
    return f"{staged}:{key}"


def sealed_series(values: pl.Series, staged: str, key: str) -> pl.Series:
    """A column as it goes into the table ``staged``: sealed texts."""
    bound = bound_to_import(staged, key)
    made = [seal_value(value, bound) for value in values.to_list()]
    return pl.Series(values.name, made, dtype=pl.String)


def keys_of(c: "Comparison") -> list[str]:
    """The keys of the sensitive fields that columns of the file go into."""
    return [field.key for field in c.plan.fields.values() if field.sealed]


def bind_matched(c: "Comparison") -> None:
    """Bind the values of rows that fit a member (or record) to it."""
    if not (keys := keys_of(c)):
        return
    match, last = f"{table(c.of)}_match", 0
    while found := rows(
        f"SELECT x.line, m.id, s.data, m.data FROM {match} x JOIN {table(c.of)} s"
        f" USING (line) JOIN {c.home} m ON m.id = x.{c.pointer}"
        f" WHERE x.line > %s ORDER BY x.line LIMIT {STEP}",
        [last],
    ):
        last = found[-1][0]
        _write(table(c.of), "line", (
            (line, _bound(c.of, row, keys, _json(staged), _json(there)))
            for line, row, staged, there in found
        ))  # fmt: skip


def bind_new(
    of: ListImport, keys: list[str], *, home: str, made: str, params: Sequence[Any]
) -> None:
    """Bind the values of rows that the import has made in the table ``home``: those that fulfil
    the SQL ``made`` (alias ``m``)."""
    last = 0
    while keys and (
        found := rows(
            f"SELECT m.id, m.data FROM {home} m WHERE {made} AND m.id > %s"
            f" ORDER BY m.id LIMIT {STEP}",
            [*params, last],
        )
    ):
        last = found[-1][0]
        bound = ((pk, _bound(of, pk, keys, _json(data), {})) for pk, data in found)
        _write(home, "id", bound)


def _bound(
    of: ListImport, row: int, keys: list[str], staged: dict[str, Any], there: dict[str, Any]
) -> dict[str, Any]:
    for key in keys:
        value = staged.get(key)
        if not isinstance(value, str) or not is_sealed(value):
            continue
        mine = about(row, key, of.of_table)
        now = _rebound(value, (bound_to_import(table(of), key), mine), mine)
        is_same = same(key, there.get(key), now, row, of.of_table)
        staged[key] = there[key] if is_same else now
    return staged


def _rebound(value: str, bounds: Iterable[str], to: str) -> str:
    for bound in bounds:
        try:
            return seal(unseal(value, bound), to)
        except CannotBeOpened:
            continue
    raise CannotBeOpened


def _json(value: Any) -> dict[str, Any]:
    found = json.loads(value) if isinstance(value, str) else value
    return dict(found or {})


def _write(name: str, key: str, made: Iterable[tuple[int, dict[str, Any]]]) -> None:
    pairs = [(pk, json.dumps(data, ensure_ascii=False)) for pk, data in made]
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {name} m SET data = n.data FROM unnest(%s::bigint[], %s::jsonb[])"
            f" AS n (pk, data) WHERE m.{key} = n.pk",
            [[pk for pk, _data in pairs], [data for _pk, data in pairs]],
        )


def forget_samples(of: ListImport) -> None:
    """Of columns that go into sensitive fields no sample stays in the database."""
    columns = _columns(of)
    samples = of.found.get("samples", [])
    of.found["samples"] = [
        [DOTS if cell and at in columns else cell for at, cell in enumerate(row)] for row in samples
    ]
    unnamed = of.found.get("unnamed", {})
    of.found["unnamed"] = {at: [DOTS] if int(at) in columns else v for at, v in unnamed.items()}


def forget_problems(of: ListImport) -> None:
    """Nor what stands in their cells that cannot be read."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {of.problems.model._meta.db_table} SET value = %s,"
            " params = params || jsonb_build_object('value', %s::text)"
            ' WHERE of_id = %s AND "column" = ANY(%s)',
            [DOTS, DOTS, of.pk, sorted(_columns(of))],
        )


def _columns(of: ListImport) -> set[int]:
    hidden = {f"{OWN}{key}" for key in sealed_fields(of.of_table)}
    return {int(at) for at, target in of.mapping.items() if target in hidden}
