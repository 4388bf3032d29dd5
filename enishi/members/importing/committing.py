"""Staged rows become members: one transaction, a few statements, whatever the size."""

from collections.abc import Mapping
from contextlib import ExitStack
from datetime import date
from typing import Any

from django.db import connection

from enishi.core import clock
from enishi.core.bulk import copy_rows, rows
from enishi.members.models import Field, Import, MemberType
from enishi.members.models.status import UNKNOWN_DAY
from enishi.members.numbers import next_numbers, rendered

from . import searching
from .bare import without_indexes
from .comparing import Comparison, comparison
from .merging import DATES, MEMBERSHIP, SEARCHED, TEXTS
from .plan import Plan
from .refusals import Disturbed
from .staging import table

BARE_FROM = 20_000


def create_types(of: Import) -> list[int]:
    """Make the member types that the staged rows name and the office has not; returns their ids."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM pg_attribute WHERE attrelid = %s::regclass AND attname = 'member_type'",
            [table(of)],
        )
        if cursor.fetchone() is None:
            return []
        cursor.execute(
            f"SELECT DISTINCT member_type FROM {table(of)} WHERE member_type <> ''"
            " AND member_type NOT IN (SELECT name FROM members_membertype) ORDER BY 1"
        )
        names = [name for (name,) in cursor.fetchall()]
    order = MemberType.objects.count()
    return [
        MemberType.objects.create(name=name, order=order + i).pk for i, name in enumerate(names, 1)
    ]


def create_fields(wanted: Mapping[str, dict[str, Any]]) -> list[int]:
    """Make the own fields that the mapping asks for; returns the ids of those that are new."""
    order = Field.objects.count()
    made = []
    for values in wanted.values():
        order += 1
        found, created = Field.objects.get_or_create(
            key=values["key"],
            defaults={
                "label_ja": values["label"],
                "type": values["type"],
                "choices": values.get("choices", []),
                "order": order,
            },
        )
        if created:
            made.append(found.pk)
    return made


def add_choices(of: Import) -> None:
    """Let fields of choices know the values that the staged rows bring."""
    keys = Field.objects.filter(type=Field.Type.CHOICES).values_list("key", flat=True)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM pg_attribute WHERE attrelid = %s::regclass AND attname = 'data'",
            [table(of)],
        )
        if cursor.fetchone() is None:
            return
        for key in keys:
            cursor.execute(
                "UPDATE members_field SET choices = choices || (SELECT coalesce("
                "  array_agg(DISTINCT c ORDER BY c), '{}')"
                f" FROM {table(of)} s, jsonb_array_elements_text(s.data -> %(key)s) c"
                " WHERE jsonb_typeof(s.data -> %(key)s) = 'array' AND c <> ALL (choices))"
                " WHERE key = %(key)s",
                {"key": key},
            )


def commit_rows(of: Import, plan: Plan, counts: Mapping[str, int]) -> None:
    """Write the staged rows into the roll. The caller holds the transaction and has compared."""
    c = comparison(of, plan)
    values = {
        "of": of.pk,
        "by": of.by_id,
        "now": clock.now(),
        "today": clock.today(),
        "unknown": UNKNOWN_DAY,
    }
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '128MB'")
        if counts["changed"]:
            _change(cursor, c, values, counts["changed"])
        if counts["new"]:
            with ExitStack() as bare:
                if fills_the_roll(counts["new"]):
                    cursor.execute("SET LOCAL maintenance_work_mem = '256MB'")
                    for name in ("members_statusperiod", "members_member"):
                        bare.enter_context(without_indexes(name))
                _add(cursor, c, values)


def fills_the_roll(new: int) -> bool:
    """Whether so many members come that building the indexes anew is quicker than adding to them.

    Then nobody can read the roll until the import has ended, but there is little to read yet.
    """
    if new < BARE_FROM:
        return False
    [[there]] = rows("SELECT count(*) FROM (SELECT FROM members_member LIMIT %s) x", [new])
    return bool(there < new // 10)


# Members that are on the roll already


def _change(cursor: Any, c: Comparison, values: dict[str, Any], expected: int) -> None:
    staged, match = table(c.of), f"{table(c.of)}_match"
    changes = c.merge.changes()
    types = (
        "LEFT JOIN members_membertype t ON t.name = s.member_type"
        if "member_type" in c.columns
        else ""
    )
    touches_search = any(change.column in SEARCHED for change in changes)
    kept = [change.column for change in changes] + (["search"] if touches_search else [])
    before = ", ".join(f"'{name}', m.{name}" for name in kept)
    membership = any(change.column in MEMBERSHIP for change in changes)
    periods = (
        ", 'periods', (SELECT jsonb_agg(to_jsonb(p)) FROM members_statusperiod p"
        " WHERE p.member_id = m.id)"
        if membership
        else ""
    )
    cursor.execute(
        "INSERT INTO members_importchange (of_id, member_id, before, after_version)"
        f" SELECT %(of)s, m.id, jsonb_build_object({before}{periods}), m.version + 1"
        f" FROM {match} x JOIN members_member m ON m.id = x.member_id WHERE x.changed",
        values,
    )
    sets = ", ".join(f"{change.column} = {change.value}" for change in changes)
    if membership:
        _move_periods(cursor, c, values, types)
    # The target of an UPDATE cannot be joined to, so the type comes by a subquery.
    sets = sets.replace(
        "coalesce(t.id, m.type_id)",
        "coalesce((SELECT t.id FROM members_membertype t WHERE t.name = s.member_type), m.type_id)",
    )
    cursor.execute(
        f"UPDATE members_member m SET {sets}, version = m.version + 1, updated_at = %(now)s"
        f" FROM {match} x JOIN {staged} s USING (line)"
        " WHERE m.id = x.member_id AND x.changed AND m.version = x.version",
        values,
    )
    if cursor.rowcount != expected:
        raise Disturbed
    if touches_search:
        searching.refresh_changed(c.of.pk)


def _move_periods(cursor: Any, c: Comparison, values: dict[str, Any], types: str) -> None:
    """Bring the periods of changed members in line, before the members themselves change."""
    rows = (
        f"SELECT m.id, m.joined_on AS old_joined, m.left_on AS old_left, m.status AS old_status,"
        f" m.type_id AS old_type, {_new(c, 'joined_on')} AS joined, {_new(c, 'left_on')} AS left_on,"
        f" {_new(c, 'status')} AS status, {_new(c, 'type_id')} AS type_id"
        f" FROM {table(c.of)}_match x JOIN {table(c.of)} s USING (line)"
        f" JOIN members_member m ON m.id = x.member_id {types} WHERE x.changed"
    )
    cursor.execute(f"CREATE TEMPORARY TABLE moving ON COMMIT DROP AS {rows}", values)
    cursor.execute(
        "DELETE FROM moving WHERE joined IS NOT DISTINCT FROM old_joined"
        " AND left_on IS NOT DISTINCT FROM old_left AND status = old_status"
        " AND type_id = old_type"
    )
    for statement in _MOVES:
        cursor.execute(statement, values)
    cursor.execute("DROP TABLE moving")


_MOVES = (
    # A day of leaving that is told differently now: the left period begins then.
    "UPDATE members_statusperiod p SET to_on = m.left_on FROM moving m"
    " WHERE p.member_id = m.id AND p.to_on = m.old_left AND m.left_on <> m.old_left"
    " AND p.from_on < m.left_on",
    "UPDATE members_statusperiod p SET from_on = m.left_on FROM moving m"
    " WHERE p.member_id = m.id AND p.status = 'left' AND p.from_on = m.old_left"
    " AND p.to_on IS NULL AND m.left_on <> m.old_left",
    # A day of joining that is told differently now: the first period begins then.
    "UPDATE members_statusperiod p SET from_on = m.joined FROM moving m"
    " WHERE p.member_id = m.id AND m.joined IS DISTINCT FROM m.old_joined"
    " AND p.from_on = coalesce(m.old_joined, %(unknown)s)"
    " AND (p.to_on IS NULL OR p.to_on > m.joined)",
    # A member who leaves, or whose status or type changes: the open period ends, another begins.
    "CREATE TEMPORARY TABLE turning ON COMMIT DROP AS"
    " SELECT m.id, p.id AS period, p.from_on, m.status, m.type_id,"
    "  CASE WHEN m.left_on IS NOT NULL AND p.status <> 'left' THEN 'left' ELSE m.status END AS next,"
    "  CASE WHEN m.left_on IS NOT NULL AND p.status <> 'left' THEN m.left_on"
    "       ELSE %(today)s::date END AS turns_on"
    " FROM moving m JOIN members_statusperiod p ON p.member_id = m.id AND p.to_on IS NULL"
    " WHERE p.type_id <> m.type_id"
    "  OR (CASE WHEN m.left_on IS NOT NULL AND p.status <> 'left' THEN 'left'"
    "      ELSE m.status END) <> p.status",
    "UPDATE members_statusperiod p SET to_on = t.turns_on FROM turning t"
    " WHERE p.id = t.period AND p.from_on < t.turns_on",
    "UPDATE members_statusperiod p SET status = t.next, type_id = t.type_id FROM turning t"
    " WHERE p.id = t.period AND p.from_on >= t.turns_on",
    "INSERT INTO members_statusperiod"
    " (member_id, status, type_id, from_on, to_on, note, by_id, recorded_at)"
    " SELECT t.id, t.next, t.type_id, t.turns_on, NULL, '', %(by)s, %(now)s FROM turning t"
    " WHERE t.from_on < t.turns_on",
    "DROP TABLE turning",
)


def _new(c: Comparison, column: str) -> str:
    for change in c.merge.changes():
        if change.column == column:
            return change.value
    return f"m.{column}"


# New members


def _add(cursor: Any, c: Comparison, values: dict[str, Any]) -> None:
    staged, match = table(c.of), f"{table(c.of)}_match"
    cursor.execute("SELECT coalesce(max(id), 0) FROM members_member")
    values["before"] = cursor.fetchone()[0]
    columns, selected = zip(*_insertion(c).items(), strict=True)
    insert = (
        f"INSERT INTO members_member ({', '.join(columns)})"
        f" SELECT {', '.join(selected)} FROM {staged} s {_defaults(c)}"
        f" WHERE s.line > 0 AND WHICH"
        f" AND NOT EXISTS (SELECT 1 FROM {match} x WHERE x.line = s.line)"
        " ORDER BY s.line"
    )
    if "number" in c.columns:  # first, so that no number of theirs is given to another row
        cursor.execute(insert.replace("WHICH", "s.number <> ''"), values)
    if _number(cursor, c):
        numbered = "s.line IN (SELECT line FROM numbered)"
        cursor.execute(insert.replace("WHICH", numbered), values)
        cursor.execute("DROP TABLE numbered")
    cursor.execute(_PERIODS, values)
    cursor.execute(
        "INSERT INTO members_searchpending (from_id, to_id) SELECT min(id), max(id)"
        " FROM members_member WHERE origin_id = %(of)s AND id > %(before)s HAVING count(*) > 0",
        values,
    )
    if cursor.rowcount:
        from enishi.members.jobs import index_search

        index_search.enqueue()


def _insertion(c: Comparison) -> dict[str, str]:
    """Column of the member → expression over the staged row."""
    has = c.columns
    into = {name: f"coalesce(s.{name}, '')" for name in TEXTS if name in has}
    for name in TEXTS:
        into.setdefault(name, _BLANK.get(name, "''"))
    for name, default in _BLANK.items():
        if name in has:
            into[name] = f"coalesce(nullif(s.{name}, ''), {default})"
    if "kind" not in has and "organisation_name" in has:
        families = "concat(" + ", ".join(c.s(n) for n in ("family_name", "given_name")) + ")"
        into["kind"] = (
            f"CASE WHEN s.organisation_name <> '' AND {families} = ''"
            " THEN 'organisation' ELSE 'person' END"
        )
    into |= {name: f"s.{name}" if name in has else "NULL::date" for name in DATES}
    into["owner_id"] = "s.owner_id" if "owner_id" in has else "NULL::bigint"
    into["data"] = "coalesce(jsonb_strip_nulls(s.data), '{}')" if "data" in has else "'{}'::jsonb"
    into["number"] = "s.number"
    into["type_id"] = "t.id"
    status = "nullif(s.status, '')" if "status" in has else "NULL"
    left = "WHEN s.left_on <= %(today)s::date THEN 'left'" if "left_on" in has else ""
    into["status"] = f"coalesce({status}, CASE {left} WHEN true THEN 'active' END)"
    into["search"] = "s.search"
    into |= {
        "version": "1",
        "created_at": "%(now)s",
        "updated_at": "%(now)s",
        "origin_id": "%(of)s",
    }
    return into


_BLANK = {"kind": "'person'", "language": "'ja'", "country": "'JP'"}


def _defaults(c: Comparison) -> str:
    if "member_type" in c.columns:
        return "JOIN members_membertype t ON t.name = s.member_type"
    return (
        "JOIN (SELECT id FROM members_membertype WHERE retired_at IS NULL"
        ' ORDER BY "order", id LIMIT 1) t ON true'
    )


_PERIODS = """
INSERT INTO members_statusperiod
    (member_id, status, type_id, from_on, to_on, note, by_id, recorded_at)
SELECT m.id, p.status, m.type_id, p.from_on, p.to_on, '', %(by)s, %(now)s
FROM members_member m
CROSS JOIN LATERAL (
    SELECT
        CASE WHEN m.status = 'left' THEN 'active' ELSE m.status END AS status,
        coalesce(m.joined_on, %(unknown)s::date) AS from_on,
        m.left_on AS to_on
    WHERE m.left_on IS NULL AND m.status <> 'left'
        OR m.left_on > coalesce(m.joined_on, %(unknown)s::date)
    UNION ALL
    SELECT 'left', coalesce(m.left_on, m.joined_on, %(unknown)s::date), NULL
    WHERE m.left_on IS NOT NULL OR m.status = 'left'
) p
WHERE m.origin_id = %(of)s AND m.id > %(before)s
ORDER BY m.id
"""


def _number(cursor: Any, c: Comparison) -> bool:
    """Give new rows without a number one by their type's pattern; whether there were any.

    The table ``numbered`` then names their lines.
    """
    staged, match = table(c.of), f"{table(c.of)}_match"
    if "number" not in c.columns:
        cursor.execute(f'ALTER TABLE {staged} ADD COLUMN number text COLLATE "C"')
    joined = "s.joined_on" if "joined_on" in c.columns else "NULL::date"
    cursor.execute(
        f"SELECT s.line, t.id, {joined} FROM {staged} s {_defaults(c)} WHERE s.line > 0"
        " AND coalesce(s.number, '') = ''"
        f" AND NOT EXISTS (SELECT 1 FROM {match} x WHERE x.line = s.line) ORDER BY s.line"
    )
    types = MemberType.objects.in_bulk()
    alike: dict[tuple[int, str], list[tuple[int, date]]] = {}
    for line, type_id, day in cursor.fetchall():
        on = day or clock.today()
        shape = rendered(types[type_id].number_pattern, on).counter
        alike.setdefault((type_id, shape), []).append((line, on))
    if not alike:
        return False
    cursor.execute("CREATE TEMPORARY TABLE numbered (line bigint, number text) ON COMMIT DROP")
    for (type_id, _shape), wanting in alike.items():
        numbers = next_numbers(types[type_id], len(wanting), wanting[0][1])
        lines = (line for line, _day in wanting)
        copy_rows("numbered", ["line", "number"], zip(lines, numbers, strict=True))
    cursor.execute(
        f"UPDATE {staged} s SET number = n.number,"
        " search = trim(concat_ws(' ', lower(n.number), s.search))"
        " FROM numbered n WHERE n.line = s.line"
    )
    return True
