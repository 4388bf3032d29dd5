"""Staged values of sensitive fields: sealed before they reach the database, for whom they are.

While nobody knows yet whom a row is about, its values are bound to the import. Everything is done
in batches; equal values keep the member's own sealed text, so that nothing seems to change.
"""

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import polars as pl
from django.db import connection

from enishi.core.bulk import rows
from enishi.core.sealing import CannotBeOpened, is_sealed, seal, unseal
from enishi.members.fields import OWN
from enishi.members.fields.sealed import about, same, seal_value, sealed_fields
from enishi.members.fields.types import DOTS
from enishi.members.models import Import

from .staging import table

if TYPE_CHECKING:
    from .comparing import Comparison

STEP = 5_000


def bound_to_import(of: int, key: str) -> str:
    return f"import:{of}:{key}"


def sealed_series(values: pl.Series, of: int, key: str) -> pl.Series:
    """A column as it is staged: sealed texts."""
    bound = bound_to_import(of, key)
    made = [seal_value(value, bound) for value in values.to_list()]
    return pl.Series(values.name, made, dtype=pl.String)


def keys_of(c: "Comparison") -> list[str]:
    """The keys of the sensitive fields that columns of the file go into."""
    return [field.key for field in c.plan.fields.values() if field.sealed]


def bind_matched(c: "Comparison") -> None:
    """Bind the values of rows that fit a member to that member."""
    if not (keys := keys_of(c)):
        return
    match, last = f"{table(c.of)}_match", 0
    while found := rows(
        f"SELECT x.line, x.member_id, s.data, m.data FROM {match} x JOIN {table(c.of)} s"
        " USING (line) JOIN members_member m ON m.id = x.member_id"
        f" WHERE x.line > %s ORDER BY x.line LIMIT {STEP}",
        [last],
    ):
        last = found[-1][0]
        _write(table(c.of), "line", (
            (line, _bound(c.of, member, keys, _json(staged), _json(there)))
            for line, member, staged, there in found
        ))  # fmt: skip


def bind_new(of: Import, keys: list[str], after: int) -> None:
    """Bind the values of members that the import has made, those with an id above ``after``."""
    last = after
    while keys and (
        found := rows(
            "SELECT m.id, m.data FROM members_member m WHERE m.origin_id = %s AND m.id > %s"
            f" ORDER BY m.id LIMIT {STEP}",
            [of.pk, last],
        )
    ):
        last = found[-1][0]
        made = ((pk, _bound(of, pk, keys, _json(data), {})) for pk, data in found)
        _write("members_member", "id", made)


def _bound(
    of: Import, member: int, keys: list[str], staged: dict[str, Any], there: dict[str, Any]
) -> dict[str, Any]:
    for key in keys:
        value = staged.get(key)
        if not isinstance(value, str) or not is_sealed(value):
            continue
        now = _rebound(value, (bound_to_import(of.pk, key), about(member, key)), about(member, key))
        staged[key] = there[key] if same(key, there.get(key), now, member) else now
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


def forget_samples(of: Import) -> None:
    """Of columns that go into sensitive fields no sample stays in the database."""
    columns = _columns(of)
    samples = of.found.get("samples", [])
    of.found["samples"] = [
        [DOTS if cell and at in columns else cell for at, cell in enumerate(row)] for row in samples
    ]
    unnamed = of.found.get("unnamed", {})
    of.found["unnamed"] = {at: [DOTS] if int(at) in columns else v for at, v in unnamed.items()}


def forget_problems(of: Import) -> None:
    """Nor what stands in their cells that cannot be read."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE members_importproblem SET value = %s,"
            " params = params || jsonb_build_object('value', %s::text)"
            ' WHERE of_id = %s AND "column" = ANY(%s)',
            [DOTS, DOTS, of.pk, sorted(_columns(of))],
        )


def _columns(of: Import) -> set[int]:
    hidden = {f"{OWN}{key}" for key in sealed_fields()}
    return {int(at) for at, target in of.mapping.items() if target in hidden}
