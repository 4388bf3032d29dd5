"""Staged rows beside the records that are there: who is new, who changes, and what cannot be."""

from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.utils.translation import gettext_noop

from enishi.core.bulk import copy_rows, rows
from enishi.members.fields.indexes import compared
from enishi.members.fields.types import linked, type_of
from enishi.members.importing import own, sealing, sentences
from enishi.members.importing.plan import Plan
from enishi.records.models import Database, RecordImport

from .mapping import ID, plan_of

AT_ONCE = 20_000

NO_RECORD = gettext_noop("There is no record with the number “%(value)s” in this database.")
BINNED = gettext_noop("The record “%(value)s” is in the bin. Take it back first.")
NO_MEMBER = gettext_noop(
    "“%(value)s” does not tell one member. Write the member number, the e-mail address, or the"
    " name and the birth date."
)
OWNERLESS = gettext_noop("Write the member that the record belongs to.")
_MESSAGES = {
    "no_record": NO_RECORD,
    "binned": BINNED,
    "no_member": NO_MEMBER,
    "ownerless": OWNERLESS,
    "twice": sentences.TWICE,
    "link": sentences.NOT_LINKED,
    "unique": sentences.NOT_UNIQUE,
    "alike": sentences.NOT_UNIQUE_AS_READ,
    "missing": sentences.MISSING,
}


@dataclass(frozen=True)
class Comparison:
    """SQL pieces for one import; what ``importing.own`` asks for."""

    of: RecordImport
    plan: Plan
    pointer: str = "record_id"
    home: str = "records_record"

    @property
    def counts(self) -> str:
        return f"m.database_id = {self.of.database_id:d} AND m.deleted_at IS NULL"

    @property
    def has_member(self) -> bool:
        return "member" in self.plan.columns

    @property
    def key(self) -> tuple[str, str, int]:
        """SQL of the key in a staged row (``s``) and a record (``m``), and its column."""
        if self.of.key == ID:
            return "s.record", "m.id", self.plan.column_of["record"]
        for name, field in self.plan.fields.items():
            if f"data.{field.key}" == self.of.key:
                mine, theirs = (type_of(field).sql(field, f"{row}.data") for row in "sm")
                column = self.plan.column_of[name]
                return compared(field, mine), compared(field, theirs), column
        return "", "", -1

    def differs(self) -> str:
        """Whether a staged row changes its record; an empty cell changes nothing."""
        said = "(m.data || jsonb_strip_nulls(s.data)) <> m.data"
        if self.has_member:
            said += " OR s.member_id IS DISTINCT FROM m.member_id AND s.member_id IS NOT NULL"
        return said


def compare(of: RecordImport) -> dict[str, int]:
    """Fill the match table, take out rows that cannot be; returns new, changed, same, wrong."""
    c = Comparison(of, plan_of(of))
    staged, match = of.staged, f"{of.staged}_match"
    own.find_links(c)
    if c.has_member:
        _find_members(of)
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {match}")
        cursor.execute(
            f"CREATE UNLOGGED TABLE {match} (line bigint, record_id bigint, version int,"
            " binned boolean, changed boolean)"
        )
        mine, theirs, _column = c.key
        if mine:
            live = "" if of.key == ID else " AND m.deleted_at IS NULL"
            cursor.execute(
                f"INSERT INTO {match} SELECT s.line, m.id, m.version, m.deleted_at IS NOT NULL,"
                f" {c.differs()} FROM {staged} s JOIN records_record m ON {theirs} = {mine}"
                f" AND m.database_id = %s{live} WHERE s.line > 0",
                [of.database_id],
            )
        if sealing.keys_of(c):
            sealing.bind_matched(c)
            cursor.execute(
                f"UPDATE {match} x SET changed = {c.differs()} FROM {staged} s, records_record m"
                " WHERE s.line = x.line AND m.id = x.record_id"
            )
        cursor.execute(f"ANALYZE {match}")
        found = (_twice, _unknown, _memberless, own.not_found, own.not_unique, own.missing)
        wrong = sum(_take_out(cursor, c, find(c)) for find in found)
        cursor.execute(
            f"SELECT (SELECT count(*) FROM {staged} WHERE line > 0),"
            f" count(*), count(*) FILTER (WHERE changed) FROM {match}"
        )
        staged_rows, matched, changed = cursor.fetchone()
    new, same = staged_rows - matched, matched - changed
    return {"new": new, "changed": changed, "same": same, "wrong": wrong}


def _find_members(of: RecordImport) -> None:
    """Put the ids of members beside what the rows call them."""
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {of.staged} ADD COLUMN IF NOT EXISTS member_id bigint")
    after = ""
    while True:
        found = rows(
            f"SELECT DISTINCT member FROM {of.staged} WHERE member > %s ORDER BY 1 LIMIT {AT_ONCE}",
            [after],
        )
        texts = [text for (text,) in found]
        if not texts:
            return
        after = texts[-1]
        named = linked["member"].by_text("", texts)
        with connection.cursor() as cursor:
            cursor.execute("CREATE TEMPORARY TABLE named (text text, id bigint) ON COMMIT DROP")
            copy_rows("named", ["text", "id"], named.items())
            cursor.execute(
                f"UPDATE {of.staged} s SET member_id = n.id FROM named n WHERE s.member = n.text"
            )
            cursor.execute("DROP TABLE named")


def _take_out(cursor: Any, c: Comparison, found: str) -> int:
    """Turn the rows of a query (line, column, value, msgid, params) into problems."""
    if not found:
        return 0
    kept_in = c.of.problems.model._meta.db_table
    cursor.execute(
        f"WITH found AS ({found}), kept AS ("
        f' INSERT INTO {kept_in} (of_id, line, "column", value, msgid, params)'
        " SELECT DISTINCT ON (line) %(of)s, line, col, coalesce(val, ''), msgid, params FROM found"
        f" RETURNING line), gone AS (DELETE FROM {c.of.staged}_match"
        " WHERE line IN (SELECT line FROM kept))"
        f" DELETE FROM {c.of.staged} WHERE line IN (SELECT line FROM kept)",
        {"of": c.of.pk} | {f"msg_{name}": text for name, text in _MESSAGES.items()},
    )
    return int(cursor.rowcount)


def _twice(c: Comparison) -> str:
    """The second and later rows about one record."""
    mine, _theirs, column = c.key
    if not mine:
        return ""
    return (
        f"SELECT s.line, {column} AS col, ({mine})::text AS val, %(msg_twice)s AS msgid,"
        f" jsonb_build_object('value', ({mine})::text, 'line', d.first::text) AS params"
        f" FROM {c.of.staged} s JOIN (SELECT {mine} AS key, min(line) AS first"
        f" FROM {c.of.staged} s WHERE line > 0 AND {mine} IS NOT NULL GROUP BY 1"
        f" HAVING count(*) > 1) d ON d.key = {mine} WHERE s.line > d.first"
    )


def _unknown(c: Comparison) -> str:
    """Rows with the number of a record that there is not, or that is in the bin."""
    if c.of.key != ID:
        return ""
    return (
        f"SELECT s.line, {c.plan.column_of['record']} AS col, s.record::text AS val,"
        " CASE WHEN x.binned THEN %(msg_binned)s ELSE %(msg_no_record)s END AS msgid,"
        " jsonb_build_object('value', s.record::text) AS params"
        f" FROM {c.of.staged} s LEFT JOIN {c.of.staged}_match x USING (line)"
        " WHERE s.record IS NOT NULL AND (x.line IS NULL OR x.binned)"
    )


def _memberless(c: Comparison) -> str:
    """Rows whose member cannot be told, and new ones without one where each must have one."""
    must = c.of.database.of_member == Database.OfMember.MUST
    new = f"s.line > 0 AND NOT EXISTS (SELECT 1 FROM {c.of.staged}_match x WHERE x.line = s.line)"
    none = "%(msg_ownerless)s AS msgid, '{}'::jsonb AS params"
    if not c.has_member:
        start = f"SELECT s.line, -1 AS col, '' AS val, {none} FROM {c.of.staged} s"
        return f"{start} WHERE {new}" if must else ""
    column = c.plan.column_of["member"]
    found = (
        f"SELECT s.line, {column} AS col, s.member AS val, %(msg_no_member)s AS msgid,"
        f" jsonb_build_object('value', s.member) AS params FROM {c.of.staged} s"
        " WHERE s.line > 0 AND coalesce(s.member, '') <> '' AND s.member_id IS NULL"
    )
    if must:
        found += (
            f" UNION ALL SELECT s.line, {column}, '', {none} FROM {c.of.staged} s"
            f" WHERE coalesce(s.member, '') = '' AND {new}"
        )
    return found
