"""Staged rows become members: one transaction, a few statements, whatever the size."""

import json
from collections.abc import Mapping
from contextlib import ExitStack
from datetime import date
from typing import Any

from django.db import connection

from enishi.core import clock
from enishi.core.bulk import copy_rows, rows
from enishi.members.fields import fields_of
from enishi.members.fields.computing import recompute
from enishi.members.fields.values import with_defaults
from enishi.members.models import (
    NAMES_STAY,
    Field,
    Import,
    ListImport,
    MemberType,
    as_choices,
)
from enishi.members.models.status import UNKNOWN_DAY
from enishi.members.numbers import next_numbers, rendered
from enishi.members.search import COLUMNS

from . import sealing, searching
from .bare import without_indexes
from .comparing import Comparison, comparison
from .merging import DATES, MEMBERSHIP, TEXTS
from .moving import move
from .plan import Plan
from .refusals import Disturbed
from .staging import table

BARE_FROM = 20_000
_PRESENT = ("status", "type_id")  # what the periods say of today


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


def create_fields(wanted: Mapping[str, dict[str, Any]], of_table: str = "") -> list[int]:
    """Make the own fields that the mapping asks for; returns the ids of those that are new."""
    order = Field.objects.count()
    made = []
    for values in wanted.values():
        order += 1
        found, created = Field.objects.get_or_create(
            table=of_table,
            key=values["key"],
            defaults={
                "label_ja": values["label"],
                "type": values["type"],
                "choices": as_choices(values.get("choices", [])),
                "order": order,
            },
        )
        if created:
            made.append(found.pk)
    return made


def add_choices(of: ListImport, plan: Plan, of_table: str = "") -> dict[str, list[str]]:
    """Let fields of choices know the values that the staged rows bring.

    Returns those that are new, by the field's id.
    """
    added: dict[str, list[str]] = {}
    if not plan.own:
        return added
    kinds = (Field.Type.CHOICE, Field.Type.CHOICES)
    keys = [*plan.own.values()]
    fields = Field.objects.of(of_table).present().filter(type__in=kinds, key__in=keys)
    with connection.cursor() as cursor:
        for field in fields.select_for_update():
            if field.sealed:
                continue
            cursor.execute(
                f"SELECT DISTINCT c FROM {table(of)} s, jsonb_array_elements_text("
                "  CASE jsonb_typeof(s.data -> %(key)s) WHEN 'array' THEN s.data -> %(key)s"
                "  WHEN 'string' THEN jsonb_build_array(s.data -> %(key)s) ELSE '[]' END) c"
                " ORDER BY c",
                {"key": field.key},
            )
            known = {choice.value for choice in field.known_choices}
            new = [value for (value,) in cursor.fetchall() if value not in known]
            if new:
                field.choices = [*field.choices, *as_choices(new)]
                field.save(update_fields=["choices"])
                added[str(field.pk)] = new
    return added


def commit_rows(of: Import, plan: Plan, counts: Mapping[str, int]) -> None:
    """Write the staged rows into the roll. The caller holds the transaction and has compared."""
    c = comparison(of, plan)
    values = {
        "of": of.pk,
        "by": of.by_id,
        "now": clock.now(),
        "today": clock.today(),
        "unknown": UNKNOWN_DAY,
        "preset": json.dumps(with_defaults(fields_of(), {}), ensure_ascii=False),
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
    recompute(
        "m.origin_id = %s OR m.id IN"
        " (SELECT c.member_id FROM members_importchange c WHERE c.of_id = %s)",
        [of.pk, of.pk],
    )


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
    searched = any(field.searched for field in c.plan.fields.values())
    touches_search = searched or any(change.column in COLUMNS for change in changes)
    membership = any(change.column in MEMBERSHIP for change in changes)
    kept = [change.column for change in changes] + (["search"] if touches_search else [])
    kept += [name for name in _PRESENT if membership and name not in kept]
    before = ", ".join(f"'{name}', m.{name}" for name in kept)
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
    told = {change.column: change.value for change in changes}
    moved = ""
    if membership:
        _move_periods(cursor, c, values, types)
        moved = " LEFT JOIN moved v ON v.id = x.member_id"
        told |= {name: f"coalesce(v.{name}, m.{name})" for name in _PRESENT}
    sets = ", ".join(f"{column} = {value}" for column, value in told.items())
    if "family_name" not in told:
        sets = f"{sets}, {NAMES_STAY}"
    cursor.execute(
        f"UPDATE members_member m SET {sets}, version = m.version + 1, updated_at = %(now)s"
        f" FROM {match} x JOIN {staged} s USING (line){moved}"
        " WHERE m.id = x.member_id AND x.changed AND m.version = x.version",
        values,
    )
    if cursor.rowcount != expected:
        raise Disturbed
    if membership:
        cursor.execute("DROP TABLE moving, moved")
    if touches_search:
        searching.refresh_changed(c.of.pk)


def _move_periods(cursor: Any, c: Comparison, values: dict[str, Any], types: str) -> None:
    """Bring the periods of changed members in line, before the members themselves change."""
    joined, left, type_id = (_new(c, name) for name in ("joined_on", "left_on", "type_id"))
    cursor.execute(
        "CREATE TEMPORARY TABLE moving ON COMMIT DROP AS SELECT * FROM ("
        " SELECT m.id, m.joined_on AS old_joined, m.left_on AS old_left, m.status AS old_status,"
        f" m.type_id AS old_type, {joined} AS joined, {left} AS left_on, {type_id} AS type_id,"
        f" {c.merge.told_status()} AS status"
        f" FROM {table(c.of)}_match x JOIN {table(c.of)} s USING (line)"
        f" JOIN members_member m ON m.id = x.member_id {types} WHERE x.changed) told"
        " WHERE joined IS DISTINCT FROM old_joined OR left_on IS DISTINCT FROM old_left"
        " OR coalesce(status, old_status) <> old_status OR type_id <> old_type",
        values,
    )
    cursor.execute("CREATE UNIQUE INDEX ON moving (id)")
    move(by=values["by"])


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
    sealing.bind_new(
        c.of,
        sealing.keys_of(c),
        home="members_member",
        made="m.origin_id = %s AND m.id > %s",
        params=[c.of.pk, values["before"]],
    )
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
    data = "coalesce(jsonb_strip_nulls(s.data), '{}')" if "data" in has else "'{}'::jsonb"
    into["data"] = f"(%(preset)s::jsonb || {data})"
    into["number"] = "s.number"
    into["type_id"] = "t.id"
    into["status"] = _first_status(has)
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


def _first_status(has: frozenset[str]) -> str:
    """What a new member is today; a day of joining or leaving that is to come is planned."""
    told = "nullif(s.status, '')" if "status" in has else "NULL"
    joins_later = "s.joined_on > %(today)s::date" if "joined_on" in has else "false"
    left, leaves_later = (
        (f"s.left_on {sign} %(today)s::date" if "left_on" in has else "false")
        for sign in ("<=", ">")
    )
    return (
        f"CASE WHEN {left} THEN 'left'"
        f" WHEN {joins_later} AND coalesce({told}, 'active') IN ('active', 'suspended', 'left')"
        f" THEN 'provisional' WHEN {leaves_later} AND {told} = 'left' THEN 'active'"
        f" ELSE coalesce({told}, 'active') END"
    )


# As ``timeline.first_spans``: somebody who has not joined yet, the membership, the leave.
_PERIODS = """
INSERT INTO members_statusperiod
    (member_id, status, type_id, from_on, to_on, note, by_id, recorded_at)
SELECT m.id, p.status, m.type_id, p.from_on, p.to_on, '', %(by)s, %(now)s
FROM members_member m
CROSS JOIN LATERAL (SELECT m.status IN ('applicant', 'provisional', 'refused') AS entered) e
CROSS JOIN LATERAL (
    SELECT m.status, %(today)s::date AS from_on, least(m.joined_on, m.left_on) AS to_on
    WHERE entered
    UNION ALL
    SELECT
        CASE WHEN m.status = 'suspended' THEN m.status ELSE 'active' END,
        coalesce(m.joined_on, %(unknown)s::date),
        m.left_on
    WHERE CASE
        WHEN entered AND m.joined_on IS NULL OR m.left_on IS NULL AND m.status = 'left' THEN false
        ELSE m.left_on IS NULL OR m.left_on > coalesce(m.joined_on, %(unknown)s::date)
    END
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
