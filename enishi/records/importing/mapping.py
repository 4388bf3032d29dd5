"""Which column of a list goes into which field of a database.

A target is ``id`` (the record number), ``member`` (by number, e-mail, or name and birth date; of
several columns laid together), ``data.<key>``, ``new.<type>`` for a field to be made, ``ignore``.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl
from django.utils.translation import gettext as _

from enishi.core import japanese
from enishi.core.japanese import Unclear
from enishi.members.fields import editable_fields, type_of, visible_fields
from enishi.members.fields.headings import fields_by_heading, folded
from enishi.members.importing import sentences
from enishi.members.importing.cells import Cells, own_reader
from enishi.members.importing.guessing import guess_type
from enishi.members.importing.headers import IGNORE, NAME, fold, meanings
from enishi.members.importing.mapping import NEW_TYPES
from enishi.members.importing.plan import Plan, Reading
from enishi.members.importing.reading import LINE
from enishi.members.importing.refusals import WrongMapping
from enishi.members.models import Field
from enishi.records.headings import headings_of_numbers, reserved_headings
from enishi.records.models import Database, RecordImport

ID, MEMBER = "id", "member"
_WHO = (("number",), ("email",), (NAME, "birth_date"), ("family_name", "given_name"), (NAME,))


class RecordPlan(Plan):
    """How the columns are read; own fields are gathered into ``data``."""

    @property
    def columns(self) -> list[str]:
        names = [n for r in self.readings for n in r.cells.names if n not in self.own]
        return [*names, "data"]

    @property
    def sql_columns(self) -> list[tuple[str, str]]:
        types = {"record": "bigint", "data": "jsonb"}
        return [(name, types.get(name, "text")) for name in self.columns]

    def finish(self, frame: pl.DataFrame) -> pl.DataFrame:
        plain = [n for r in self.readings for n in r.cells.names if n not in self.own]
        data = self._data() if self.own else pl.lit("{}").alias("data")
        return self._sealed(frame).select([LINE, *plain, data])


def plan_of(of: RecordImport) -> RecordPlan:
    """The mapping of ``of``, worked out."""
    made = RecordPlan(staged=of.staged)
    own = {f"data.{field.key}": field for field in of.database.fields}
    who: list[int] = []
    for index, target in sorted((int(i), target) for i, target in of.mapping.items()):
        if target == MEMBER:
            who.append(index)
        elif target == ID:
            made.readings.append(Reading(Cells(("record",), _number, pl.Int64()), index, (index,)))
        elif target != IGNORE:
            new = of.new_fields.get(str(index))
            field = own.get(target) or _as_field(of.database, new)
            reader, dtype = own_reader(field)
            name = f"own{index}"
            made.own[name], made.fields[name] = field.key, field
            made.readings.append(Reading(Cells((name,), reader, dtype), index, (index,)))
    if who:
        cells = Cells(("member",), lambda text: japanese.fold(text).strip())
        made.readings.append(Reading(cells, who[0], tuple(who), " "))
    for reading in made.readings:
        for name in reading.cells.names:
            made.column_of[name] = reading.column
    return made


def _as_field(database: Database, values: Any) -> Field:
    label, kind = values["label"], values["type"]
    return Field(table=database.key, key=values["key"], label_ja=label, type=kind)


def _number(text: str) -> int | None:
    word = japanese.fold(text).lstrip("#")
    if not word:
        return None
    if not word.isdecimal() or len(word) > 18:
        raise Unclear(sentences.NOT_A_NUMBER, value=text)
    return int(word)


def propose(
    database: Database, header: Sequence[str], samples: Sequence[Sequence[str]], by: Any
) -> dict[str, str]:
    """A target for every column, from headings; what is unknown becomes a new field."""
    own, found = own_targets(database, by), dict[int, str]()
    numbers = headings_of_numbers()
    for index, heading in enumerate(header):
        target = (
            own.get(folded(heading))
            or own.get(fold(heading))
            or (ID if folded(heading) in numbers else "")
        )
        if target and (target == IGNORE or target not in found.values()):
            found[index] = target
    if database.takes_members:
        found |= dict.fromkeys(_who(header, found), MEMBER)
    makes = by is None or by.has_right("records.configure")
    for index, heading in enumerate(header):
        if index in found:
            continue
        cells = [row[index].strip() for row in samples if index < len(row) and row[index].strip()]
        new = makes and heading and cells
        found[index] = f"new.{guess_type(cells, heading)}" if new else IGNORE
    return {str(index): found[index] for index in sorted(found)}


def _who(header: Sequence[str], taken: Mapping[int, str]) -> list[int]:
    """The columns that tell which member a row belongs to."""
    meant: dict[str, int] = {}
    for index, heading in enumerate(header):
        if index not in taken:
            for meaning in meanings(heading)[:1]:
                meant.setdefault(meaning, index)
    for names in _WHO:
        if all(name in meant for name in names):
            return [meant[name] for name in names]
    return []


def own_targets(database: Database, by: Any) -> dict[str, str]:
    """Folded label or key of each field → its target; of a file or computed one: ignored."""
    may_edit, seen = editable_fields(by, database.key), visible_fields(by, database.key)
    known = fields_by_heading(database.fields, reserved_headings(database))
    found = {
        word: f"data.{field.key}"
        if type_of(field).may_be_typed and f"data.{field.key}" in may_edit
        else IGNORE
        for word, field in known.items()
        if f"data.{field.key}" in seen
    }
    return {fold(word): target for word, target in reversed(found.items())} | found


def check(of: RecordImport, by: Any) -> None:
    """Raise WrongMapping unless every target is known, and used once where it must be."""
    header, known = of.found["header"], set(own_targets(of.database, by).values())
    new = {f"new.{kind}" for kind in NEW_TYPES}
    may_make = by is None or by.has_right("records.configure")
    seen: dict[str, str] = {}
    for index, target in of.mapping.items():
        if not index.isdecimal() or int(index) >= len(header):
            raise WrongMapping(_("There is no column number %(index)s.") % {"index": index})
        offered = target in known or target in (ID, IGNORE) or (target in new and may_make)
        if not offered and not (target == MEMBER and of.database.takes_members):
            raise WrongMapping(
                _("“%(target)s” is not a field. Choose one from the list.") % {"target": target}
            )
        if target in (IGNORE, MEMBER) or target in new:
            continue
        if target in seen:
            raise WrongMapping(
                _("“%(one)s” and “%(other)s” both go into the same field. Choose one of them.")
                % {"one": header[int(seen[target])], "other": header[int(index)]}
            )
        seen[target] = index
    if of.key and of.key not in seen:
        raise WrongMapping(_("No column holds what the rows are to be matched by."))
    if of.key not in dict(keys_of(of.database, by)):
        raise WrongMapping(_("The rows cannot be matched by this field."))


def keys_of(database: Database, by: Any) -> list[tuple[str, str]]:
    """What rows can be matched by, with its name."""
    seen = visible_fields(by, database.key)
    unique = [field for field in database.fields if field.unique and f"data.{field.key}" in seen]
    return [
        ("", _("Every row is a new record")),
        (ID, _("Record number")),
        *((f"data.{field.key}", str(field)) for field in unique),
    ]


def usual_key(database: Database, mapping: Mapping[str, str], by: Any) -> str:
    """The surest key that the mapped columns allow."""
    targets = set(mapping.values())
    return next((key for key, _name in keys_of(database, by)[1:] if key in targets), "")


def targets(database: Database, by: Any) -> list[tuple[Any, list[tuple[str, str]]]]:
    """What a column can go into, in groups for a select."""
    may_edit = editable_fields(by, database.key)
    built_in = [(MEMBER, _("Member (number, e-mail, or name and birth date)"))]
    built_in = built_in if database.takes_members else []
    own = [
        (f"data.{field.key}", str(field))
        for field in database.fields
        if type_of(field).may_be_typed and f"data.{field.key}" in may_edit
    ]
    groups: list[tuple[Any, list[tuple[str, str]]]] = [
        (_("Fields"), [*own, *built_in, (ID, _("Record number"))])
    ]
    if by.has_right("records.configure"):
        new = [(f"new.{kind}", str(Field.Type(kind).label)) for kind in NEW_TYPES]
        groups.append((_("A new own field, holding"), new))
    return groups
