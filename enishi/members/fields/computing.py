"""Computed fields: their formulas, and their values kept by the write path.

A change of a member works its formulas out at once (``computed``). What many members share — a
changed formula, an import, a new day for formulas with today() — is worked out by ``recompute``,
in steps, with one statement for each step.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import translation
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from enishi.core.bulk import raw_cursor
from enishi.members.models import Field

from . import formula_names
from .built_in import BUILT_IN
from .definitions import OWN, Definition, Sort
from .formulas import Formula, read
from .functions import Chosen, Kind, written
from .homes import Home, home_of
from .known import fields_of
from .types import SEPARATOR
from .types.moments import instant
from .types.numbers import LARGEST_NUMBER, canonical
from .wrong import Wrong

STEP = 5_000  # rows that are worked out at once
Data = dict[str, Any]
_KINDS: dict[str, Kind] = {
    **dict.fromkeys(("integer", "money", "decimal"), Kind.NUMBER),
    **dict.fromkeys(("date", "datetime"), Kind.DATE),
    "boolean": Kind.TRUTH,
    **dict.fromkeys(
        ("text", "long_text", "time", "choice", "choices", "email", "phone", "url"), Kind.TEXT
    ),
}
_BUILT_IN_KINDS = {Sort.DATE: Kind.DATE, Sort.INTEGER: Kind.NUMBER}
_NOT_REFERRED = {"member_type", "owner"}  # rows of their own, not values
_FITTING = {
    Kind.NUMBER: ("decimal", "integer", "money", "text"),
    Kind.TEXT: ("text",),
    Kind.TRUTH: ("boolean", "text"),
    Kind.DATE: ("date", "text"),
    Kind.ANY: ("text",),
}


@dataclass(frozen=True)
class Checked:
    """A formula that may be kept."""

    formula: Formula
    text: str

    @property
    def usual_result(self) -> str:
        return _FITTING[self.formula.kind][0]

    def fits(self, result: str) -> bool:
        return result in _FITTING[self.formula.kind]


def referable(
    table: str, fields: Iterable[Field], *, sealed: bool = False
) -> dict[str, tuple[str, Kind]]:
    """What may stand in braces → key (of own fields ``data.<key>``) and kind."""
    found: dict[str, tuple[str, Kind]] = {}
    if not table:
        for key, one in BUILT_IN.items():
            if key not in _NOT_REFERRED:
                kind = _BUILT_IN_KINDS.get(one.sort, Kind.TEXT)
                for name in (key, *labels_of(key)):
                    found.setdefault(name, (key, kind))
    for field in fields:
        if field.sealed and not sealed:
            continue
        if (kind_of := _KINDS.get(field.stored_type)) is not None:
            for name in (field.key, OWN + field.key, field.label_ja, field.label):
                if name and (name == field.key or name not in found):
                    found[name] = (OWN + field.key, kind_of)
    return found


@cache
def labels_of(key: str) -> tuple[str, ...]:
    """What a built-in field is called, in every language: a formula is read in any of them."""
    return _said(BUILT_IN[key].label)


@cache
def _choices_of(key: str) -> dict[str, Chosen]:
    """The choices of a built-in field, as formulas have them."""
    said = {value: _said(label) for value, label in BUILT_IN[key].choices}
    return {value: Chosen(names[0], (value, *names)) for value, names in said.items()}


def _said(text: Any) -> tuple[str, ...]:
    """A text in every language, that of the house first."""
    found = []
    for code in sorted(dict(settings.LANGUAGES), key=lambda code: code != settings.LANGUAGE_CODE):
        with translation.override(code):
            found.append(str(text))
    return tuple(found)


def checked_formula(field: Field, text: str) -> Checked:
    """Read the formula of a computed field. Raises Wrong, also where it would need itself."""
    others = [one for one in fields_of(field.table) if one.pk != field.pk]
    names = referable(field.table, others)
    formula = read(text, names)
    by_key = {OWN + one.key: one for one in others if one.type == Field.Type.COMPUTED}
    own = OWN + field.key
    waiting, seen = list(formula.refs), set()
    while waiting:
        key = waiting.pop()
        if key == own:
            raise Wrong(_("The formula needs its own result."))
        if key in seen or key not in by_key:
            continue
        seen.add(key)
        waiting += _formula(by_key[key], fields_of(field.table)).refs
    return Checked(formula, formula_names.by_key(text.strip(), names))


def shown_formula(field: Field) -> str:
    """The formula of a computed field as people read it, with the labels of its fields."""
    fields = fields_of(field.table)
    labels = {OWN + one.key: str(one) for one in fields}
    labels |= {} if field.table else {key: str(one.label) for key, one in BUILT_IN.items()}
    names = referable(field.table, [one for one in fields if one.pk != field.pk])
    return formula_names.by_label(field.expression, names, labels)


def using(field: Field) -> list[Field]:
    """The computed fields whose formulas use ``field``."""
    key = f"{OWN}{field.key}"
    return [one for one in fields_of(field.table) if key in refs_of(one, field.table)]


def _formula(field: Field, fields: Sequence[Field]) -> Formula:
    """The formula of a kept field; one that names a field that is gone gives nothing."""
    seen: tuple[Any, Formula] | None = field.__dict__.get("_formula")
    if seen is not None and seen[0] is fields:
        return seen[1]
    try:
        made = read(field.expression, referable(field.table, fields))
    except Wrong:
        made = Formula(field.expression, Kind.ANY, lambda _values: None, frozenset(), moving=False)
    field.__dict__["_formula"] = (fields, made)
    return made


def refs_of(field: Field, table: str) -> frozenset[str]:
    """The keys of the fields that a computed field is worked out from; none for any other."""
    if field.type != Field.Type.COMPUTED:
        return frozenset()
    return _formula(field, fields_of(table)).refs


def sources_of(field: Field, every: Mapping[str, Definition]) -> frozenset[str] | None:
    """The keys of the fields that the values of a computed field may come from: those of its
    formula, retired and deleted ones included, and those of the formula before until its values
    are worked out anew. None where that is not known. ``every``: see ``known.once_known``.
    """
    if "_sources" in field.__dict__:
        known: frozenset[str] | None = field.__dict__["_sources"]
        return known
    own = [one.own for one in every.values() if one.own is not None and one.own.pk != field.pk]
    try:
        refs = read(field.expression, referable(field.table, own, sealed=True)).refs
        found: frozenset[str] | None = refs.union(field.derived_from)
    except Wrong:
        found = None
    field.__dict__["_sources"] = found
    return found


def formulas(fields: Sequence[Field]) -> list[tuple[Field, Formula]]:
    """The computed fields with their formulas, those that others need first."""
    waiting = {
        OWN + field.key: (field, _formula(field, fields))
        for field in fields
        if field.type == Field.Type.COMPUTED
    }
    ordered: list[tuple[Field, Formula]] = []
    while waiting:
        free = [key for key, (_f, made) in waiting.items() if not made.refs & waiting.keys()]
        ordered += [waiting.pop(key) for key in free or list(waiting)]
    return ordered


def computed(fields: Sequence[Field], row: Any, data: Data) -> Data:
    """``data`` with the values of all computed fields. ``row``: a member, or None for a record."""
    todo = formulas(fields)
    if not todo:
        return data
    built_in = {} if row is None else {key: _read_built_in(key, row) for key in _needed(todo)}
    return _worked_out(todo, {field.key: field for field in fields}, built_in, data)


def _needed(todo: Sequence[tuple[Field, Formula]]) -> set[str]:
    return {key for _field, made in todo for key in made.refs if not key.startswith(OWN)}


def _worked_out(
    todo: Sequence[tuple[Field, Formula]],
    fields: Mapping[str, Field],
    built_in: Mapping[str, Any],
    data: Data,
) -> Data:
    after = dict(data)
    values: dict[str, Any] = dict(built_in)
    for field, made in todo:
        for key in made.refs:
            if key.startswith(OWN):
                name = key.removeprefix(OWN)
                values[key] = _value(fields[name], after.get(name)) if name in fields else None
        found = kept_as(field.stored_type, made.value(values))
        if found is None:
            after.pop(field.key, None)
        else:
            after[field.key] = found
    return after


def _value(field: Field, stored: Any) -> Any:
    """A stored value as formulas work with it."""
    if stored is None:
        return None
    match field.stored_type:
        case "integer" | "money" | "decimal":
            return Decimal(str(stored))
        case "date":
            return parse_date(stored)
        case "datetime":
            from django.utils import timezone

            moment = instant(stored)
            return timezone.localtime(moment).date() if moment else None
        case "choice":
            known = {one.value: one for one in field.known_choices}
            if (one := known.get(stored)) is not None:
                return Chosen(one.label, (one.value, one.label_en))
        case "choices":
            labels = {one.value: one.label for one in field.known_choices}
            return SEPARATOR.join(labels.get(one, str(one)) for one in stored)
    return stored


def _read_built_in(key: str, row: Any) -> Any:
    return _plain(key, getattr(row, BUILT_IN[key].column))


def kept_as(result: str, value: Any) -> Any:
    """A worked-out value as the type ``result`` stores it; None for none or one out of bounds."""
    if value is None or value == "":
        return None
    match result:
        case "integer" | "money" if isinstance(value, Decimal):
            whole = int(value.quantize(Decimal(1), rounding=ROUND_HALF_UP))
            return whole if abs(whole) <= LARGEST_NUMBER else None
        case "decimal" if isinstance(value, Decimal):
            return canonical(value) if abs(value) <= LARGEST_NUMBER else None
        case "date" if isinstance(value, date):
            return value.isoformat()
        case "boolean" if isinstance(value, bool):
            return value
        case "text":
            return written(value) or None
    return None


def recompute(where: str = "true", params: Sequence[Any] = (), *, table: str = "") -> int:
    """Work out all formulas of the members, or records, that fulfil ``where`` (SQL, alias ``m``).

    Returns how many changed. Only the value is written: neither version nor history move, as
    nobody has changed anything. Call it in a transaction, after whatever else was written.
    """
    fields = fields_of(table)
    todo = formulas(fields)
    home = home_of(table)
    if not todo or home is None:
        return 0
    by_key = {field.key: field for field in fields}
    needed = sorted(_needed(todo))
    changed = 0
    columns_ = [BUILT_IN[key].column for key in needed]
    for rows in _steps(home, columns_, where, params):
        fresh = []
        for pk, text, *columns in rows:
            data = json.loads(text)
            built_in = {key: _plain(key, value) for key, value in zip(needed, columns, strict=True)}
            after = _worked_out(todo, by_key, built_in, data)
            if after != data:
                own = {field.key: after.get(field.key) for field, _made in todo}
                fresh.append((pk, json.dumps(own, ensure_ascii=False)))
        changed += _write(home, fresh)
    return changed


def _plain(key: str, value: Any) -> Any:
    """A value of a built-in field as formulas work with it."""
    if value in ("", None):
        return None
    if BUILT_IN[key].choices:
        return _choices_of(key).get(value, value)
    return Decimal(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _steps(
    home: Home, columns: Sequence[str], where: str, params: Sequence[Any]
) -> Iterator[list[tuple[Any, ...]]]:
    after = 0
    named = "".join(f", m.{column}" for column in columns)
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT m.id, m.data::text{named} FROM {home.table} m"
                f" WHERE m.id > %s AND {home.rows} AND ({where}) ORDER BY m.id LIMIT {STEP}",
                [after, *params],
            )
            found = cursor.fetchall()
        if not found:
            return
        after = found[-1][0]
        yield found


def _write(home: Home, fresh: Sequence[tuple[int, str]]) -> int:
    """Lay the values into ``data``; null takes a key away."""
    if not fresh:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMPORARY TABLE IF NOT EXISTS worked_out (id bigint, own jsonb)"
            " ON COMMIT DROP; TRUNCATE worked_out"
        )
        with raw_cursor() as raw, raw.copy("COPY worked_out (id, own) FROM STDIN") as copy:
            for row in fresh:
                copy.write_row(row)
        cursor.execute(
            f"UPDATE {home.table} m SET data = jsonb_strip_nulls(m.data || w.own){home.set_too}"
            " FROM worked_out w WHERE m.id = w.id"
        )
        return int(cursor.rowcount)


def moves(table: str) -> bool:
    """Whether a formula of a table depends on the present day."""
    return any(made.moving for _field, made in formulas(fields_of(table)))
