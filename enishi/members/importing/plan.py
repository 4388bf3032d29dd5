"""The mapping, worked out: which columns are read how, and what the staged rows look like."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from enishi.accounts.models import User
from enishi.core import clock, japanese
from enishi.core.japanese import Unclear
from enishi.members.fields import fields_of
from enishi.members.models import Field, Kind, MemberType, Status

from . import quick, sentences
from .cells import Cells, KanaCells, fold_word, near, one_of, own_reader, text_cells
from .headers import ADDRESS, IGNORE, KANA, NAME
from .places import ADDRESS_PARTS, address_cells, joined_address
from .reading import LINE
from .searching import SearchTexts

SQL_TYPES = {
    "birth_date": "date",
    "joined_on": "date",
    "left_on": "date",
    "deceased_on": "date",
    "owner_id": "bigint",
    "data": "jsonb",
    "number": 'text COLLATE "C"',
}


@dataclass(frozen=True)
class Reading:
    """One reader over one column of the file, or over several laid together."""

    cells: Cells
    column: int  # where its errors are shown
    columns: tuple[int, ...]
    separator: str = "\n"

    def source(self, frame: pl.DataFrame) -> pl.Series:
        if len(self.columns) == 1:
            return frame[f"c{self.columns[0]}"]
        parts = [pl.col(f"c{i}") if i >= 0 else pl.lit("") for i in self.columns]
        return frame.select(pl.concat_str(parts, separator=self.separator)).to_series()


@dataclass
class Plan:
    """``readings`` in the order of the staged columns; ``own`` maps staged names to field keys,
    ``fields`` to the own fields themselves."""

    readings: list[Reading] = field(default_factory=list)
    own: dict[str, str] = field(default_factory=dict)
    fields: dict[str, Field] = field(default_factory=dict)
    column_of: dict[str, int] = field(default_factory=dict)
    today: dt.date = field(default_factory=clock.today)
    new_types: set[str] = field(default_factory=set)
    staged: str = ""  # the table that sealed values are bound to until it is known who is meant
    _search: SearchTexts = field(default_factory=SearchTexts)

    @property
    def columns(self) -> list[str]:
        """Names of the staged columns besides the line."""
        names = [n for r in self.readings for n in r.cells.names if n not in self.own]
        return [*names, "search", *(["data"] if self.own else [])]

    @property
    def sql_columns(self) -> list[tuple[str, str]]:
        return [(name, SQL_TYPES.get(name, "text")) for name in self.columns]

    def finish(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The frame with own fields gathered into one JSON column."""
        plain = [n for r in self.readings for n in r.cells.names if n not in self.own]
        chosen: list[Any] = [LINE, *plain, self._search.of(frame, self.fields)]
        if self.own:
            chosen.append(self._data())
        return self._sealed(frame).select(chosen)

    def _data(self) -> pl.Expr:
        """Own fields gathered into one JSON column."""
        values = [pl.col(name).alias(key) for name, key in self.own.items()]
        return pl.struct(values).struct.json_encode().alias("data")

    def _sealed(self, frame: pl.DataFrame) -> pl.DataFrame:
        """With the values of sensitive fields sealed."""
        hidden = [name for name, one in self.fields.items() if one.sealed]
        if not hidden:
            return frame
        from .sealing import sealed_series

        return frame.with_columns(
            sealed_series(frame[name], self.staged, self.own[name]) for name in hidden
        )


def plan(
    mapping: Mapping[str, str],
    *,
    create_types: bool,
    new_fields: Mapping[str, Field],
) -> Plan:
    """Work out ``mapping``. ``new_fields``: column index → own field that is yet to be made."""
    made = Plan()
    places: dict[str, list[int]] = {}
    notes: list[int] = []
    own = {f"data.{f.key}": f for f in fields_of()}
    for text_index, target in sorted(mapping.items(), key=lambda pair: int(pair[0])):
        index = int(text_index)
        if target == IGNORE:
            continue
        if target in ADDRESS_PARTS:
            places.setdefault(target, []).append(index)
        elif target == "note":
            notes.append(index)
        elif target in own or target.startswith("new."):
            of_own = own.get(target) or new_fields[text_index]
            reader, dtype = own_reader(of_own, create=create_types)
            name = f"own{index}"
            made.own[name] = of_own.key
            made.fields[name] = of_own
            made.readings.append(Reading(Cells((name,), reader, dtype), index, (index,)))
        else:
            cells = _cells(target, made, create_types=create_types)
            made.readings.append(Reading(cells, index, (index,)))
    _plan_places(made, places, mapping)
    if notes:
        note = Cells(("note",), japanese.as_written, quick=quick.text)
        made.readings.append(Reading(note, notes[0], tuple(notes)))
    for reading in made.readings:
        for name in reading.cells.names:
            made.column_of[name] = reading.column
    if "deceased_on" in made.column_of and "left_on" not in made.column_of:
        # A death ends the membership (``comparing``), whether or not the list has a day for that.
        at = made.column_of["left_on"] = made.column_of["deceased_on"]
        made.readings.append(Reading(Cells(("left_on",), _untold, pl.Date()), at, (at,)))
    return made


def _untold(_text: str) -> None:
    """Of a column that the list has not got."""


def _plan_places(made: Plan, places: dict[str, list[int]], mapping: Mapping[str, str]) -> None:
    if ADDRESS in places or "address_line" in places:
        postal = [int(i) for i, target in mapping.items() if target == "postal_code"]
        first = (places.get(ADDRESS) or places["address_line"])[0]
        columns = joined_address(places, postal)
        made.readings.append(Reading(address_cells(places), first, columns, "\x1f"))
        return
    for target, indexes in places.items():
        made.readings.append(Reading(text_cells(target), indexes[0], tuple(indexes), " "))


def _cells(  # noqa: C901, PLR0912  # a table of readers
    target: str, made: Plan, *, create_types: bool
) -> Cells:
    """How a column of a built-in field is read."""
    match target:
        case "birth_date" | "joined_on" | "left_on" | "deceased_on":
            return Cells((target,), japanese.date, pl.Date(), quick.date)
        case "number":
            return Cells((target,), japanese.fold, quick=quick.text)
        case "email":
            return Cells((target,), japanese.email, quick=quick.email)
        case "phone" | "mobile":
            return Cells((target,), japanese.phone, quick=quick.phone)
        case "postal_code":
            return Cells((target,), japanese.postal_code, quick=quick.postal_code)
        case "gender":
            return Cells((target,), japanese.gender)
        case "family_name_kana" | "given_name_kana" | "organisation_name_kana":
            return Cells((target,), japanese.katakana)
        case _ if target == NAME:
            return Cells(("family_name", "given_name"), japanese.person_name, quick=quick.name)
        case _ if target == KANA:
            return KanaCells()
        case "kind":
            return Cells((target,), one_of(_kinds()))
        case "status":
            return Cells((target,), one_of(_statuses()))
        case "language":
            return Cells((target,), one_of(_LANGUAGES))
        case "country":
            return Cells((target,), _country)
        case "owner":
            return Cells(("owner_id",), one_of(_staff(), sentences.NOT_STAFF), pl.Int64())
        case "member_type":
            return Cells((target,), _types(made, create=create_types))
        case _:
            return text_cells(target)


def _kinds() -> dict[str, str]:
    words = {"個人": "person", "個人会員": "person", "法人": "organisation", "団体": "organisation"}
    words |= {"法人会員": "organisation", "企業": "organisation", "組織": "organisation"}
    words |= {"organization": "organisation", "company": "organisation", "individual": "person"}
    return words | {fold_word(w): k for k, label in Kind.choices for w in (k, str(label))}


def _statuses() -> dict[str, str]:
    words = {
        **dict.fromkeys(("申込", "申込中", "申請中", "入会申込", "申込者"), "applicant"),
        **dict.fromkeys(("仮会員", "仮", "承認済", "仮入会"), "provisional"),
        **dict.fromkeys(("会員", "在籍", "在会", "在籍中", "有効", "現会員", "入会中"), "active"),
        **dict.fromkeys(("休会", "休会中", "停止", "休止"), "suspended"),
        **dict.fromkeys(("退会", "退会済", "退会済み", "脱会", "元会員"), "left"),
        **dict.fromkeys(("否認", "却下", "入会拒否", "不承認"), "refused"),
    }
    return words | {fold_word(w): k for k, label in Status.choices for w in (k, str(label))}


_LANGUAGES = {
    **dict.fromkeys(("ja", "日本語", "japanese", "jp"), "ja"),
    **dict.fromkeys(("en", "英語", "english"), "en"),
}


def _country(text: str) -> str:
    word = fold_word(text)
    if word in ("", "日本", "日本国", "japan", "jpn"):
        return "JP" if word else ""
    if len(word) == 2 and word.isascii() and word.isalpha():
        return word.upper()
    raise Unclear(sentences.NOT_A_CHOICE, value=text, near="JP、US、CN、KR")


def _staff() -> dict[str, int]:
    found: dict[str, int] = {}
    for user in User.objects.filter(is_staff=True):
        found[fold_word(user.email)] = user.pk
        found.setdefault(fold_word(user.name), user.pk)
    return found


def _types(made: Plan, *, create: bool) -> Any:
    names = {fold_word(t.name): t.name for t in MemberType.objects.all()}

    def read(text: str) -> str | None:
        word = fold_word(text)
        if not word:
            return None
        if word in names:
            return names[word]
        if create:
            names[word] = japanese.fold(text)
            made.new_types.add(names[word])
            return names[word]
        raise Unclear(sentences.NOT_A_TYPE, value=text, near=near(word, names.values()))

    return read
