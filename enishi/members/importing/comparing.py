"""Staged rows beside the roll: who is new, who changes, and what cannot be.

Everything is set-based. ``members_import_N_match`` holds one row for every staged row that fits a
member; a staged row without one is a new member.
"""

from dataclasses import dataclass
from typing import Any

from django.db import connection

from enishi.core import clock
from enishi.members.merged import follow_numbers
from enishi.members.models import Import, Status

from . import own, sealing, sentences
from .merging import Merge
from .plan import Plan
from .staging import table

LEVELS = ("birth_date", "email", "mobile", "phone")  # what, with the name, tells people apart


@dataclass(frozen=True)
class Comparison:
    """SQL pieces for one import. ``key`` tells staged rows apart; ``joins`` find their members."""

    of: Import
    plan: Plan
    merge: Merge
    home: str = "members_member"
    pointer: str = "member_id"
    counts: str = "m.deleted_at IS NULL"

    @property
    def columns(self) -> frozenset[str]:
        return self.merge.columns

    def s(self, name: str) -> str:
        return f"s.{name}" if name in self.columns else "NULL::text"

    def levels(self) -> list[tuple[str, str]]:
        """(condition on the staged row that this level decides, join condition), in order."""
        found: list[tuple[str, str]] = []
        before: list[str] = []

        def level(given: str, join: str) -> None:
            found.append((" AND ".join([*before, given]), join))
            before.append(f"NOT ({given})")

        if self.of.key == Import.Key.NUMBER and "number" in self.columns:
            level("coalesce(s.number, '') <> ''", "m.number = s.number")
        if self.of.key == Import.Key.EMAIL and "email" in self.columns:
            level("coalesce(s.email, '') <> ''", "m.email = s.email AND m.deleted_at IS NULL")
        name_columns = [n for n in _NAME_COLUMNS if n in self.columns]
        if not name_columns:
            return found
        named = "concat(" + ", ".join(f"s.{n}" for n in name_columns) + ") <> ''"
        same_name = " AND ".join(
            f"m.{n} = coalesce(s.{n}, '')" if n in self.columns else f"m.{n} = ''"
            for n in _NAME_COLUMNS
        )
        for name in LEVELS:
            if name not in self.columns:
                continue
            filled = (
                f"s.{name} IS NOT NULL" if name == "birth_date" else f"coalesce(s.{name},'')<>''"
            )
            level(
                f"{named} AND {filled}",
                f"{same_name} AND m.{name} = s.{name} AND m.deleted_at IS NULL",
            )
        return found

    def key(self) -> str:
        """Text that is the same for two staged rows about the same member; NULL if unknown."""
        names = ", ".join(f"coalesce({self.s(n)}, '')" for n in _NAME_COLUMNS)
        cases = []
        for given, join in self.levels():
            by = join.split(" = s.")[-1].split(" ")[0]
            if join.startswith(("m.number", "m.email")):
                cases.append(f"WHEN {given} THEN '{by}:' || s.{by}")
            else:
                cases.append(f"WHEN {given} THEN concat_ws('|', '{by}', {names}, s.{by}::text)")
        return f"CASE {' '.join(cases)} END" if cases else "NULL::text"


_NAME_COLUMNS = ("family_name", "given_name", "organisation_name")


def comparison(of: Import, plan: Plan) -> Comparison:
    columns = frozenset(plan.columns)
    whole = frozenset(n for r in plan.readings if len(r.cells.names) > 1 for n in r.cells.names)
    merge = Merge(columns, whole, of.key == Import.Key.NUMBER)
    return Comparison(of, plan, merge)


def compare(of: Import, plan: Plan) -> dict[str, int]:
    """Fill the match table, take out rows that cannot be; returns new, changed, same, wrong."""
    c = comparison(of, plan)
    staged, match = table(of), f"{table(of)}_match"
    values: dict[str, Any] = {"of": of.pk, "today": clock.today()}
    own.find_links(c)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '128MB'")
        if "number" in c.columns:
            follow_numbers(staged)
        cursor.execute(f"DROP TABLE IF EXISTS {match}")
        cursor.execute(
            f"CREATE UNLOGGED TABLE {match} (line bigint, member_id bigint, version int,"
            " binned boolean, changed boolean)"
        )
        for given, join in c.levels():
            cursor.execute(
                f"INSERT INTO {match} SELECT s.line, m.id, m.version, m.deleted_at IS NOT NULL,"
                f" {c.merge.differs()} FROM {staged} s JOIN members_member m ON {join}"
                f" {_type_join(c)} WHERE s.line > 0 AND {given}",
                values,
            )
        if sealing.keys_of(c):
            sealing.bind_matched(c)
            cursor.execute(
                f"UPDATE {match} x SET changed = {c.merge.differs()} FROM {staged} s"
                f" {_type_join(c)}, members_member m WHERE s.line = x.line AND m.id = x.member_id",
                values,
            )
        cursor.execute(f"ANALYZE {match}")
        if "deceased_on" in c.columns:
            cursor.execute(_DEATHS.format(staged=staged, match=match), values)
        wrong = 0
        for find in (
            _twice,
            _several,
            _same_member,
            _binned,
            _taken,
            _incomplete,
            _too_early,
            _yet_alive,
            _against,
            own.not_found,
            own.not_unique,
            own.missing,
        ):
            wrong += _take_out(cursor, c, find(c), values)
        cursor.execute(
            f"SELECT (SELECT count(*) FROM {staged} WHERE line > 0),"
            f" count(*), count(*) FILTER (WHERE changed) FROM {match}"
        )
        staged_rows, matched, changed = cursor.fetchone()
    return {
        "new": staged_rows - matched,
        "changed": changed,
        "same": matched - changed,
        "wrong": wrong,
    }


# As ``actions.mark_deceased``: a membership that runs, or was to go on, ends on the day of death.
_DEATHS = """
UPDATE {staged} s SET left_on = s.deceased_on
WHERE s.line > 0 AND s.left_on IS NULL AND s.deceased_on <= %(today)s::date
    AND NOT EXISTS (
        SELECT 1 FROM {match} x JOIN members_member m ON m.id = x.member_id
        WHERE x.line = s.line
            AND (m.deceased_on = s.deceased_on OR m.status IN ('left', 'refused'))
    )
"""


def _type_join(c: Comparison) -> str:
    return (
        "LEFT JOIN members_membertype t ON t.name = s.member_type"
        if "member_type" in c.columns
        else ""
    )


def _take_out(cursor: Any, c: Comparison, found: str, values: dict[str, Any]) -> int:
    """Turn the rows of a query (line, column, value, msgid, params) into problems."""
    if not found:
        return 0
    staged, match = table(c.of), f"{table(c.of)}_match"
    cursor.execute(
        f"WITH found AS ({found}), kept AS ("
        ' INSERT INTO members_importproblem (of_id, line, "column", value, msgid, params)'
        " SELECT DISTINCT ON (line) %(of)s, line, col, coalesce(val, ''), msgid, params FROM found"
        " RETURNING line), gone AS (DELETE FROM "
        f"{match} WHERE line IN (SELECT line FROM kept))"
        f" DELETE FROM {staged} WHERE line IN (SELECT line FROM kept)",
        values | {f"msg_{name}": text for name, text in _MESSAGES.items()},
    )
    return int(cursor.rowcount)


_MESSAGES = {
    "twice": sentences.TWICE,
    "several": sentences.SEVERAL_MEMBERS,
    "bin": sentences.IN_THE_BIN,
    "taken": sentences.NUMBER_TAKEN,
    "no_type": sentences.NO_TYPE,
    "no_name": sentences.NO_NAME,
    "early": sentences.LEFT_BEFORE_PERIOD,
    "order": sentences.LEFT_BEFORE_JOINED,
    "left": sentences.STATUS_YET_LEFT,
    "joined": sentences.STATUS_YET_JOINED,
    "dead": sentences.STATUS_YET_DEAD,
    "link": sentences.NOT_LINKED,
    "unique": sentences.NOT_UNIQUE,
    "alike": sentences.NOT_UNIQUE_AS_READ,
    "missing": sentences.MISSING,
}


def _key_column(c: Comparison) -> int:
    return _first(c, c.of.key, "number", "family_name", "organisation_name", "email")


def _first(c: Comparison, *names: str) -> int:
    """The column of the file that fills the first of these fields that any fills."""
    return next((c.plan.column_of[name] for name in names if name in c.plan.column_of), -1)


def _shown_key(c: Comparison) -> str:
    """What stands in the cell that an error about the key is shown beside."""
    if c.of.key == Import.Key.EMAIL and "email" in c.columns:
        return "s.email"
    names = f"concat_ws(' ', {', '.join(c.s(n) for n in _NAME_COLUMNS)})"
    if c.of.key == Import.Key.NUMBER and "number" in c.columns:
        return f"coalesce(nullif(s.number, ''), {names})"
    return names


def _twice(c: Comparison) -> str:
    """The second and later rows with the same key, or the same number."""
    keys = [(c.key(), _key_column(c), _shown_key(c))]
    if "number" in c.columns and c.of.key != Import.Key.NUMBER:
        keys.append(("nullif(s.number, '')", c.plan.column_of["number"], "s.number"))
    return " UNION ALL ".join(
        f"SELECT s.line, {column} AS col, {shown} AS val, %(msg_twice)s AS msgid,"
        f" jsonb_build_object('value', {shown}, 'line', d.first::text) AS params"
        f" FROM {table(c.of)} s JOIN (SELECT {key} AS key, min(line) AS first FROM {table(c.of)} s"
        f" WHERE line > 0 GROUP BY 1 HAVING count(*) > 1) d ON d.key = {key}"
        " WHERE s.line > d.first"
        for key, column, shown in keys
        if key != "NULL::text"
    )


def _several(c: Comparison) -> str:
    match = f"{table(c.of)}_match"
    return (
        f"SELECT s.line, {_key_column(c)} AS col, {_shown_key(c)} AS val, %(msg_several)s AS msgid,"
        f" jsonb_build_object('value', {_shown_key(c)}, 'count', d.n::text) AS params"
        f" FROM {table(c.of)} s JOIN (SELECT line, count(*) AS n FROM {match} GROUP BY line"
        " HAVING count(*) > 1) d USING (line)"
    )


def _same_member(c: Comparison) -> str:
    """Rows that found the same member by different keys."""
    match = f"{table(c.of)}_match"
    return (
        f"SELECT s.line, {_key_column(c)} AS col, {_shown_key(c)} AS val, %(msg_twice)s AS msgid,"
        f" jsonb_build_object('value', {_shown_key(c)}, 'line', d.first::text) AS params"
        f" FROM {table(c.of)} s JOIN {match} x USING (line) JOIN (SELECT member_id,"
        f" min(line) AS first FROM {match} GROUP BY member_id HAVING count(*) > 1) d"
        " USING (member_id) WHERE s.line > d.first"
    )


def _binned(c: Comparison) -> str:
    if "number" not in c.columns:
        return ""
    return (
        f"SELECT s.line, {c.plan.column_of['number']} AS col, s.number AS val,"
        " %(msg_bin)s AS msgid, jsonb_build_object('value', s.number) AS params"
        f" FROM {table(c.of)} s JOIN {table(c.of)}_match x USING (line) WHERE x.binned"
    )


def _taken(c: Comparison) -> str:
    if "number" not in c.columns or c.of.key == Import.Key.NUMBER:
        return ""
    return (
        f"SELECT s.line, {c.plan.column_of['number']} AS col, s.number AS val,"
        " %(msg_taken)s AS msgid, jsonb_build_object('value', s.number) AS params"
        f" FROM {table(c.of)} s JOIN members_member m ON m.number = s.number"
        f" LEFT JOIN {table(c.of)}_match x ON x.line = s.line"
        " WHERE s.number <> '' AND x.member_id IS DISTINCT FROM m.id"
    )


def _incomplete(c: Comparison) -> str:
    """New members without a name, or with an empty cell where types are given."""
    new = f"s.line > 0 AND NOT EXISTS (SELECT 1 FROM {table(c.of)}_match x WHERE x.line = s.line)"
    names = ", ".join(c.s(n) for n in _NAME_COLUMNS)
    nameless = _first(c, "family_name", "given_name", "organisation_name")
    found = (
        f"SELECT s.line, {nameless} AS col, '' AS val, %(msg_no_name)s AS msgid,"
        f" '{{}}'::jsonb AS params FROM {table(c.of)} s WHERE concat({names}) = '' AND {new}"
    )
    if "member_type" in c.columns:
        found += (
            f" UNION ALL SELECT s.line, {c.plan.column_of['member_type']}, '', %(msg_no_type)s,"
            f" '{{}}'::jsonb FROM {table(c.of)} s WHERE coalesce(s.member_type, '') = '' AND {new}"
        )
    return found


def _too_early(c: Comparison) -> str:
    """Days of leaving before the period that they would end."""
    if "left_on" not in c.columns:
        return ""
    return (
        f"SELECT s.line, {c.plan.column_of['left_on']} AS col, s.left_on::text AS val,"
        " %(msg_early)s AS msgid, jsonb_build_object('value', s.left_on::text,"
        " 'since', p.from_on::text) AS params"
        f" FROM {table(c.of)} s JOIN {table(c.of)}_match x USING (line)"
        " JOIN members_member m ON m.id = x.member_id"
        " JOIN members_statusperiod p ON p.member_id = m.id AND p.to_on IS NULL"
        " WHERE x.changed AND s.left_on IS DISTINCT FROM m.left_on AND p.status <> 'left'"
        " AND s.left_on < p.from_on"
    )


def _yet_alive(c: Comparison) -> str:
    """Rows that tell a death and a membership that goes on."""
    if not {"deceased_on", "status"} <= c.columns:
        return ""
    shown = " ".join(f"WHEN '{key}' THEN '{label}'" for key, label in Status.choices)
    return (
        f"SELECT s.line, {c.plan.column_of['status']} AS col, CASE s.status {shown} END AS val,"
        f" %(msg_dead)s AS msgid, jsonb_build_object('value', CASE s.status {shown} END,"
        " 'deceased', s.deceased_on::text) AS params"
        f" FROM {table(c.of)} s LEFT JOIN {table(c.of)}_match x USING (line)"
        " LEFT JOIN members_member m ON m.id = x.member_id"
        " WHERE s.line > 0 AND s.status NOT IN ('', 'left', 'refused')"
        " AND s.deceased_on IS NOT NULL AND s.deceased_on IS DISTINCT FROM m.deceased_on"
    )


def _against(c: Comparison) -> str:
    """Cells that do not fit each other, or what the roll knows of the member besides."""
    column_of = c.plan.column_of
    day = {
        name: f"coalesce(s.{name}, m.{name})" if name in c.columns else f"m.{name}"
        for name in ("joined_on", "left_on")
    }
    joined, left = day.values()
    found: list[str] = []

    def wrong(name: str, shown: str, msg: str, beside: tuple[str, str], when: str) -> None:
        # Days of one row were held against each other when it was read (``rows``).
        outer = "" if msg == "order" else "LEFT"
        found.append(
            f"SELECT s.line, {column_of[name]} AS col, {shown} AS val, %(msg_{msg})s AS msgid,"
            f" jsonb_build_object('value', {shown}, '{beside[0]}', {beside[1]}::text) AS params"
            f" FROM {table(c.of)} s {outer} JOIN {table(c.of)}_match x USING (line)"
            f" {outer} JOIN members_member m ON m.id = x.member_id"
            f" WHERE s.line > 0 AND coalesce(x.changed, true) AND {when}"
        )

    for name in ("left_on", "joined_on"):
        if name in c.columns:
            beside, when = ("joined", joined), f"s.{name} IS NOT NULL AND {left} < {joined}"
            wrong(name, f"{left}::text", "order", beside, when)
    if "status" in c.columns:
        shown = " ".join(f"WHEN '{key}' THEN '{label}'" for key, label in Status.choices)
        shown = f"CASE s.status {shown} END"
        came = "<= %(today)s::date"
        is_left = f"s.status NOT IN ('', 'left') AND {left} {came}"
        wrong("status", shown, "left", ("left", left), is_left)
        is_joined = f"s.status IN ('applicant', 'provisional', 'refused') AND {joined} {came}"
        wrong("status", shown, "joined", ("joined", joined), is_joined)
    return " UNION ALL ".join(found)
