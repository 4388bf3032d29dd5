"""Links to a member inside the values of fields: they follow a merge, and go back with its undo.

Foreign keys are followed by ``rows``. A field of the type member keeps the id in ``data``, of
members and of custom databases; each such field is one statement.
"""

from collections.abc import Iterator

from enishi.core.bulk import rows
from enishi.members.fields.homes import Home, home_of
from enishi.members.fields.types import type_of
from enishi.members.models import Field, Merge, MergedRows

MARK = "data."  # before the key, where a journal names columns


def links_follow(merge: Merge) -> None:
    """Let every link to ``drop`` lead to ``keep``, and write down which did."""
    kept = []
    for field, home in _linking():
        moved = _lead(field, home, merge.drop_id, merge.keep_id)
        if moved:
            column = f"{MARK}{field.pk}"
            kept.append(MergedRows(merge=merge, table=home.table, column=column, moved=moved))
    MergedRows.objects.bulk_create(kept)


def links_back(merge: Merge) -> None:
    """Let the links that followed lead to ``drop`` again; those that were changed since stay."""
    fields = {f"{MARK}{field.pk}": (field, home) for field, home in _linking()}
    for kept in merge.rows.filter(column__startswith=MARK):
        if kept.column in fields:
            field, home = fields[kept.column]
            _lead(field, home, merge.keep_id, merge.drop_id, kept.moved)


def _linking() -> Iterator[tuple[Field, Home]]:
    """The fields that link to members, retired and deleted ones included, and their rows."""
    for field in Field.objects.filter(type=Field.Type.MEMBER).order_by("pk"):
        home = home_of(field.table)
        if home is not None:
            yield field, home


def _lead(
    field: Field, home: Home, source: int, target: int, among: list[int] | None = None
) -> list[int]:
    """Lead the links to ``source`` (of the rows ``among``) to ``target``; returns the rows."""
    only = "" if among is None else " AND m.id = ANY(%s)"
    found = rows(
        f"UPDATE {home.table} m SET data = jsonb_set(m.data, ARRAY[%s], to_jsonb(%s::bigint))"  # noqa: S608
        f" WHERE {home.rows} AND {type_of(field).sql(field, 'm.data')} = %s{only} RETURNING m.id",
        [field.key, target, source, *([] if among is None else [among])],
    )
    return sorted(pk for (pk,) in found)
