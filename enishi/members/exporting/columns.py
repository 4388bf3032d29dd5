"""The columns of an export, as SQL that writes each value as a person would type it.

What is written is what the import reads. Text that a spreadsheet would take for a formula gets an
apostrophe in front; the import takes one away.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from psycopg import sql

from enishi.core.refusals import Refusal
from enishi.members.fields import (
    Compare,
    Definition,
    Sort,
    fields_of,
    type_of,
    visible_fields,
)
from enishi.members.fields.headings import fields_by_heading, heading_of, headings_of_members
from enishi.members.models import Export, Field
from enishi.ui.written import listed

USUAL = (
    "number",
    "member_type",
    "status",
    "kind",
    "family_name",
    "given_name",
    "family_name_kana",
    "given_name_kana",
    "organisation_name",
    "organisation_name_kana",
    "gender",
    "birth_date",
    "email",
    "phone",
    "mobile",
    "postal_code",
    "prefecture",
    "city",
    "address_line",
    "building",
    "joined_on",
    "left_on",
    "note",
)
FORMULA = r"^''*[=+\-@＝＋－＠\t\r\n]"  # apostrophes doubled for SQL


class UnknownColumn(Refusal):
    """There is no column “%(column)s” to export. Choose from: %(columns)s."""


@dataclass(frozen=True)
class Column:
    """A column: what stands above it, and the SQL of its text (``m`` is the member)."""

    key: str
    label: str
    value: sql.Composable
    is_number: bool = False
    sealed: Field | None = None  # the value comes sealed, and is opened on the way


def every_column(by: Any = None) -> dict[str, Definition]:
    """What ``by`` can export, by key, in the usual order."""
    return visible_fields(by)


def may_read(made: Export, by: Any) -> bool:
    """Whether ``by`` may see every column of an export that somebody has made."""
    known = visible_fields(by, retired=True)
    return all(key in known for key in made.columns)


def usual_columns(by: Any = None) -> list[str]:
    """The columns of an export for which nobody chose any: the usual ones and the own fields."""
    known = every_column(by)
    own = (key for key, one in known.items() if one.own is not None and not one.sealed)
    return [*(key for key in USUAL if key in known), *own]


def columns_of(keys: Sequence[str], by: Any = None) -> list[Column]:
    """The columns ``keys``, labels in the language that is active. Raises UnknownColumn."""
    known = every_column(by)
    for key in keys:
        if key not in known:
            raise UnknownColumn(column=key, columns=listed(known))
    labels = _labels([known[key] for key in keys])
    return [
        Column(
            key,
            label,
            _value(known[key]),
            known[key].sort in (Sort.INTEGER, Sort.MONEY),
            known[key].own if known[key].sealed else None,
        )
        for key, label in zip(keys, labels, strict=True)
    ]


def _labels(fields: Sequence[Definition]) -> list[str]:
    """Labels that lead back to their fields: an own field may be called like another one."""
    known = fields_by_heading(fields_of(), headings_of_members())
    return [str(f.label) if f.own is None else heading_of(f.own, known) for f in fields]


def _value(field: Definition) -> sql.Composable:
    if field.own is not None:
        return _own_value(field)
    column = sql.Identifier("m", field.column)
    match field.sort:
        case Sort.TYPE:
            return _safe(sql.SQL("t.name"))
        case Sort.OWNER:
            return _safe(sql.SQL("coalesce(u.email, '')"))
        case Sort.CHOICE:
            return _labelled(column, field.choices)
        case Sort.DATE:
            return sql.SQL("coalesce({}::text, '')").format(column)
        case _:
            return _safe(column)


def _own_value(field: Definition) -> sql.Composable:
    assert field.own is not None
    if field.sealed:
        return sql.SQL("coalesce(m.data ->> {}, '')").format(sql.Literal(field.own.key))
    text = sql.SQL(type_of(field.own).sql_written(field.own, "m.data"))
    if field.compare in (Compare.NUMBER, Compare.DATE, Compare.DATETIME, Compare.TIME):
        return text  # -5 is a number, no formula
    return _safe(text)


def _labelled(column: sql.Composable, choices: Sequence[tuple[str, Any]]) -> sql.Composable:
    cases = [
        sql.SQL("WHEN {} THEN {}").format(sql.Literal(key), sql.Literal(str(label)))
        for key, label in choices
    ]
    return sql.SQL("CASE {} {} ELSE {} END").format(column, sql.SQL(" ").join(cases), column)


def _safe(text: sql.Composable) -> sql.Composable:
    return sql.SQL("CASE WHEN {0} ~ " + f"'{FORMULA}'" + " THEN '''' || {0} ELSE {0} END").format(
        text
    )
