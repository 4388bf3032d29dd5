"""What the staged rows say of own fields, held against the roll: links, unique and required ones.

Everything is set-based, as in ``comparing``.
"""

from typing import TYPE_CHECKING, Protocol

from django.db import connection

from enishi.core.bulk import copy_rows, rows
from enishi.members.fields.indexes import compared
from enishi.members.fields.types import linked, type_of
from enishi.members.fields.types.base import literal
from enishi.members.fields.unique import lock
from enishi.members.models import Field

from .staging import table

if TYPE_CHECKING:
    from enishi.members.models import ListImport

    from .plan import Plan


class Comparison(Protocol):
    """Staged rows beside the rows that are there: those of SQL ``home`` (alias ``m``), which the
    match table points to with ``pointer``; of these ``counts`` those that make a value taken."""

    @property
    def of(self) -> "ListImport": ...

    @property
    def plan(self) -> "Plan": ...

    @property
    def home(self) -> str: ...

    @property
    def pointer(self) -> str: ...

    @property
    def counts(self) -> str: ...


AT_ONCE = 20_000  # texts that are looked up with one query


def _mapped(c: Comparison) -> list[tuple[str, Field]]:
    """Staged name and field of every own field that a column goes into."""
    return list(c.plan.fields.items())


def find_links(c: Comparison) -> None:
    """Put the ids of members and records in the place of what the rows call them."""
    for _name, field in _mapped(c):
        if field.type in (Field.Type.MEMBER, Field.Type.RECORD) and field.type in linked:
            _find(table(c.of), field)


def _find(staged: str, field: Field) -> None:
    value = f"s.data ->> {literal(field.key)}"
    is_text = f"jsonb_typeof(s.data -> {literal(field.key)}) = 'string'"
    after = ""
    while True:
        texts = [
            text
            for (text,) in rows(
                f"SELECT DISTINCT {value} AS text FROM {staged} s WHERE {is_text}"
                f" AND {value} > %s ORDER BY text LIMIT {AT_ONCE}",
                [after],
            )
        ]
        if not texts:
            return
        after = texts[-1]
        found = linked[field.type].by_text(field.links_to, texts)
        with connection.cursor() as cursor:
            cursor.execute("CREATE TEMPORARY TABLE named (text text, id bigint) ON COMMIT DROP")
            copy_rows("named", ["text", "id"], found.items())
            cursor.execute(
                f"UPDATE {staged} s SET data = jsonb_set(s.data, ARRAY[%s], to_jsonb(n.id))"
                f" FROM named n WHERE {is_text} AND {value} = n.text",
                [field.key],
            )
            cursor.execute("DROP TABLE named")
        if len(texts) < AT_ONCE:
            return


def not_found(c: Comparison) -> str:
    """Rows that name a member or record that there is not."""
    return " UNION ALL ".join(
        f"SELECT s.line, {c.plan.column_of[name]} AS col, s.data ->> {literal(field.key)} AS val,"
        " %(msg_link)s AS msgid,"
        f" jsonb_build_object('value', s.data ->> {literal(field.key)}) AS params"
        f" FROM {table(c.of)} s WHERE jsonb_typeof(s.data -> {literal(field.key)}) = 'string'"
        for name, field in _mapped(c)
        if field.type in (Field.Type.MEMBER, Field.Type.RECORD)
    )


def not_unique(c: Comparison) -> str:
    """Rows with a value that another row or another member has, where each may be there once."""
    staged = table(c.of)
    found = []
    for name, field in _mapped(c):
        if not field.unique:
            continue
        if field.pk:
            lock(field)
        kind = type_of(field)
        mine, theirs = (compared(field, kind.sql(field, f"{row}.data")) for row in "sm")
        shown, other = (f"{row}.data ->> {literal(field.key)}" for row in "sm")
        told = (
            f"SELECT s.line, {c.plan.column_of[name]} AS col, {shown} AS val, CASE WHEN {shown} ="
            " %(other)s THEN %%(msg_unique)s ELSE %%(msg_alike)s END AS msgid,"
            f" jsonb_build_object('value', {shown}, 'other', %(other)s) AS params FROM {staged} s"
        )
        found.append(
            f"{told % {'other': 'd.other'}} JOIN (SELECT {mine} AS value, min(line) AS first,"
            f" (array_agg({shown} ORDER BY line))[1] AS other FROM {staged} s"
            f" WHERE line > 0 GROUP BY 1 HAVING count(*) > 1) d ON d.value = {mine}"
            " WHERE s.line > d.first"
        )
        found.append(
            f"{told % {'other': other}} JOIN {c.home} m ON {theirs} = {mine} AND {c.counts}"
            f" LEFT JOIN {staged}_match x ON x.line = s.line"
            f" WHERE x.{c.pointer} IS DISTINCT FROM m.id"
        )
    return " UNION ALL ".join(found)


def missing(c: Comparison) -> str:
    """New members with an empty cell where a field has to be filled in."""
    staged = table(c.of)
    return " UNION ALL ".join(
        f"SELECT s.line, {c.plan.column_of[name]} AS col, '' AS val, %(msg_missing)s AS msgid,"
        f" '{{}}'::jsonb AS params FROM {staged} s WHERE s.line > 0"
        f" AND coalesce(s.data -> {literal(field.key)}, 'null') = 'null'"
        f" AND NOT EXISTS (SELECT 1 FROM {staged}_match x WHERE x.line = s.line)"
        for name, field in _mapped(c)
        if field.required and field.default is None
    )
