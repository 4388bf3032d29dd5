"""The rows of a member in all tables: found by foreign key, moved in sets, and back by journal."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import ManyToOneRel

from enishi.core.bulk import rows, run
from enishi.members.models import Member, Merge, MergedRows

_REFERENCES = """
    SELECT t.relname::text, a.attname::text, ARRAY(
        SELECT k.attname::text FROM pg_index i
        JOIN LATERAL unnest(i.indkey::int[]) WITH ORDINALITY AS u (attnum, place) ON true
        JOIN pg_attribute k ON k.attrelid = t.oid AND k.attnum = u.attnum
        WHERE i.indrelid = t.oid AND i.indisprimary ORDER BY u.place)
    FROM pg_class t JOIN pg_attribute a ON a.attrelid = t.oid
    WHERE t.relnamespace = (SELECT relnamespace FROM pg_class
            WHERE oid = 'members_member'::regclass)
        AND ((t.relname, a.attname) IN (SELECT * FROM unnest(%s::text[], %s::text[])) OR EXISTS (
            SELECT 1 FROM pg_constraint c
            WHERE c.contype = 'f' AND c.confrelid = 'members_member'::regclass
                AND c.conrelid = t.oid AND c.conparentid = 0 AND c.conkey = ARRAY[a.attnum]))
    ORDER BY 1, 2
"""

_attached: dict[tuple[str, str], tuple[str, ...]] = {("members_member", "merged_into_id"): ()}
_staying: set[tuple[str, str]] = {
    ("members_merge", "keep_id"),
    ("members_merge", "drop_id"),
    # What an import overwrote in the dropped member must not be put back into another.
    ("members_importchange", "member_id"),
    ("members_bulkeditrow", "member_id"),
    # Follows from the ledger of consents, which moves.
    ("members_consentstate", "member_id"),
    # Two lives become one elsewhere (``periods``); the others are made anew of what has moved.
    ("members_statusperiod", "member_id"),
    ("members_searchentry", "member_id"),
    ("members_duplicatepair", "first_id"),
    ("members_duplicatepair", "second_id"),
    ("members_notsame", "first_id"),
    ("members_notsame", "second_id"),
}


def attached(table: str, column: str = "member_id", *, key: tuple[str, ...] = ()) -> None:
    """Rows of ``table`` belong to members by ``column``, which has no foreign key.

    ``key``: the columns that tell rows apart, for a table without a primary key. Call it in
    plugs.py.
    """
    _attached[table, column] = key


def stays(table: str, column: str = "member_id") -> None:
    """Rows of ``table`` tell of a member as it was; they do not follow when members are merged."""
    _staying.add((table, column))


@dataclass(frozen=True)
class Reference:
    """A column that leads to members, and the primary key of its table."""

    table: str
    column: str
    key: tuple[str, ...]

    @property
    def as_json(self) -> str:
        """SQL of a row's primary key (alias ``t``) as a JSON array of texts."""
        return f"jsonb_build_array({', '.join(f't.{_quoted(name)}::text' for name in self.key)})"

    @property
    def names(self) -> tuple[str, str]:
        return _quoted(self.table), _quoted(self.column)


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)


def references() -> list[Reference]:
    """Every column by which a row belongs to a member, as the database knows them now.

    Models whose foreign key the database does not check (``db_constraint=False``, for very large
    tables) are found by their fields.
    """
    unchecked = {
        (one.related_model._meta.db_table, one.field.column)
        for one in Member._meta.get_fields(include_hidden=True)
        if isinstance(one, ManyToOneRel) and not getattr(one.field, "db_constraint", True)
    }
    known = [list(names) for names in zip(*sorted(unchecked.union(_attached)), strict=True)]
    return [
        Reference(table, column, tuple(key) or _attached.get((table, column), ()))
        for table, column, key in rows(_REFERENCES, known)
        if (table, column) not in _staying
    ]


def move_all(merge: Merge) -> None:
    """Let everything follow from ``drop`` to ``keep``, and write down what did and what did not."""
    # Unique rules that wait for the end of the transaction must speak up here.
    run("SET CONSTRAINTS ALL IMMEDIATE")
    kept = [_moved(merge, reference) for reference in _used(merge.drop_id)]
    run("SET CONSTRAINTS ALL DEFERRED")
    MergedRows.objects.bulk_create(one for one in kept if one.moved or one.parked)


def _used(member_id: int) -> list[Reference]:
    """Those that really lead to the member: asked all at once, most of them do not."""
    known = references()
    asked = " UNION ALL ".join(
        f"SELECT {i} WHERE EXISTS (SELECT 1 FROM {one.names[0]} t"  # noqa: S608
        f" WHERE t.{one.names[1]} = %(member)s)"
        for i, one in enumerate(known)
    )
    return [known[i] for (i,) in rows(asked, {"member": member_id})]


def _moved(merge: Merge, reference: Reference) -> MergedRows:
    found = MergedRows(merge=merge, table=reference.table, column=reference.column)
    table, column = reference.names
    statement = (
        f"UPDATE {table} t SET {column} = %s WHERE t.{column} = %s RETURNING {reference.as_json}"  # noqa: S608
    )
    try:
        with transaction.atomic():
            found.moved = _keys(rows(statement, [merge.keep_id, merge.drop_id]))
    except IntegrityError:
        theirs = _keys(
            rows(
                f"SELECT {reference.as_json} FROM {table} t WHERE t.{column} = %s"  # noqa: S608
                f" ORDER BY {', '.join(f't.{_quoted(name)}' for name in reference.key)}",
                [merge.drop_id],
            )
        )
        moved = list(_one_by_one(reference, theirs, merge.drop_id, merge.keep_id))
        found.moved = [new for _old, new in moved]
        followed = {json.dumps(old) for old, _new in moved}
        found.parked = [key for key in theirs if json.dumps(key) not in followed]
    return found


Key = list[str]


def _keys(found: list[tuple[Any, ...]]) -> list[Key]:
    return [_key(key) for (key,) in found]


def _key(found: str | Key) -> Key:
    """A key as the database gave it: Django leaves JSON to the caller."""
    return json.loads(found) if isinstance(found, str) else found


def _one_by_one(
    reference: Reference, keys: list[Key], from_id: int, to_id: int
) -> Iterator[tuple[Key, Key]]:
    """Move as many of the rows as can: halves, and halves of halves where a rule is broken.

    Yields the keys as they were and as they are (a key may hold the column itself).
    """
    if not keys:
        return
    table, column = reference.names
    statement = (
        f"UPDATE {table} t SET {column} = %s FROM jsonb_array_elements(%s::jsonb) AS k (old)"  # noqa: S608
        f" WHERE t.{column} = %s AND {reference.as_json} = k.old"
        f" RETURNING k.old, {reference.as_json}"
    )
    try:
        with transaction.atomic():
            found = rows(statement, [to_id, json.dumps(keys), from_id])
        yield from ((_key(old), _key(new)) for old, new in found)
    except IntegrityError:
        if len(keys) > 1:
            half = len(keys) // 2
            yield from _one_by_one(reference, keys[:half], from_id, to_id)
            yield from _one_by_one(reference, keys[half:], from_id, to_id)


def move_back(merge: Merge) -> int:
    """Give ``drop`` its rows again, edits included; returns how many could not go back.

    Rows that were deleted since stay deleted; rows that somebody gave to another member stay there.
    """
    by_name = {(r.table, r.column): r for r in references()}
    left = 0
    run("SET CONSTRAINTS ALL IMMEDIATE")
    for kept in merge.rows.order_by("-pk"):
        reference = by_name.get((kept.table, kept.column))
        if reference is None or not kept.moved:
            continue
        there = _still_there(reference, kept.moved, merge.keep_id)
        back = list(_one_by_one(reference, there, merge.keep_id, merge.drop_id))
        left += len(there) - len(back)
    run("SET CONSTRAINTS ALL DEFERRED")
    return left


def _still_there(reference: Reference, keys: list[Key], member_id: int) -> list[Key]:
    table, column = reference.names
    found = rows(
        f"SELECT {reference.as_json} FROM {table} t"  # noqa: S608
        " JOIN jsonb_array_elements(%s::jsonb) AS k (old)"
        f" ON {reference.as_json} = k.old WHERE t.{column} = %s",
        [json.dumps(keys), member_id],
    )
    return _keys(found)
