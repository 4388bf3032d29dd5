"""How the cells of one column are read: a reader of text, a type, and a quick way in bulk.

The reader (one of ``core.japanese``, or a lookup) decides what a value means. The quick way may
answer for whole columns what the reader would answer, and leaves null where it is not sure.
"""

import difflib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import polars as pl

from enishi.core import japanese
from enishi.core.japanese import Unclear
from enishi.members.fields import Wrong, type_of
from enishi.members.fields.types import ADDRESS_PARTS
from enishi.members.fields.types.choices import meanings, refuse_unclear, words_of
from enishi.members.models import Field, Member

from . import quick, sentences

KEPT = 150_000  # values of a column that are remembered with their meaning

Reader = Callable[[str], Any]


@dataclass
class Cells:
    """Reads a column. ``names`` are the staged columns that a cell fills (two for a whole name)."""

    names: tuple[str, ...]
    read: Reader
    dtype: Any = field(default_factory=pl.String)
    quick: Callable[[pl.Series], list[pl.Series]] | None = None
    _meanings: dict[str, Any] = field(default_factory=dict)

    def of(self, column: pl.Series) -> tuple[list[pl.Series], dict[str, Unclear]]:
        """The staged columns, and for each value that cannot be read, why."""
        if self.quick is None:
            return self.slowly(column)
        found = [f.alias(n) for f, n in zip(self.quick(column), self.names, strict=True)]
        open_ = found[0].is_null()
        for one in found:
            if (longest := LONGEST.get(one.name)) and (one.str.len_bytes() > longest).any():
                open_ |= (one.str.len_chars() > longest).fill_null(value=False)
        if not open_.any():
            return found, {}
        rest = column.filter(open_)
        slow, unclear = self.slowly(rest)
        index = open_.arg_true()
        return [f.scatter(index, s) for f, s in zip(found, slow, strict=True)], unclear

    def slowly(self, column: pl.Series) -> tuple[list[pl.Series], dict[str, Unclear]]:
        """Each different value is read once and remembered."""
        values = column.drop_nulls().unique().to_list()
        if len(self._meanings) > KEPT:
            self._meanings.clear()
        meanings = self._meanings
        unclear: dict[str, Unclear] = {}
        old: list[str] = []
        new: list[Any] = []
        for value in values:
            meaning = meanings.get(value, _MISSING)
            if meaning is _MISSING:
                meaning = meanings[value] = self._meaning(value)
            if isinstance(meaning, Unclear):
                unclear[value] = meaning
            else:
                old.append(value)
                new.append(meaning)
        if not old:
            return [
                pl.Series(n, [None] * len(column), dtype=self.dtype) for n in self.names
            ], unclear
        at = column.replace_strict(
            pl.Series(old, dtype=pl.String),
            pl.int_range(len(old), dtype=pl.UInt32, eager=True),
            default=None,
            return_dtype=pl.UInt32,
        )
        parts = list(zip(*new, strict=True)) if len(self.names) > 1 else [new]
        return [
            pl.Series(name, list(part), dtype=self.dtype).gather(at)
            for name, part in zip(self.names, parts, strict=True)
        ], unclear

    def _meaning(self, value: str) -> Any:
        if "\ufffd" in value:
            return Unclear(sentences.BROKEN_CHARACTER, value=value)
        if "\x00" in value:
            return Unclear(sentences.BROKEN_CHARACTER, value=value.replace("\x00", "\ufffd"))
        try:
            meaning = self.read(value)
        except Unclear as unclear:
            return unclear
        except Wrong as wrong:
            return Unclear(wrong.reason.replace("%", "%%"))
        parts = meaning if isinstance(meaning, tuple) else (meaning,)
        for name, part in zip(self.names, parts, strict=True):
            longest = LONGEST.get(name)
            if longest and isinstance(part, str) and len(part) > longest:
                return Unclear(sentences.TOO_LONG, value=part[:40] + "…", longest=str(longest))
        return meaning


_MISSING = object()


LONGEST: dict[str, int | None] = {
    f.name: f.max_length for f in Member._meta.concrete_fields if getattr(f, "max_length", None)
} | {"member_type": 100}


def kana(text: str) -> tuple[str, str]:
    """Family and given name in full-width katakana, parted at the first space."""
    family, _, given = japanese.katakana(text).partition(" ")
    return family, given


class KanaCells(Cells):
    """A whole name in kana. Its words recur, so each is read once."""

    def __init__(self) -> None:
        super().__init__(("family_name_kana", "given_name_kana"), kana, quick=self._by_word)
        self._word = Cells(("word",), japanese.katakana)

    def _by_word(self, column: pl.Series) -> list[pl.Series]:
        family, given = (self._word.slowly(word)[0][0] for word in quick.two_words_of_kana(column))
        both = family.is_not_null() & given.is_not_null()
        return [part.set(~both, None) for part in (family, given)]


def one_of(words: Mapping[str, Any], msgid: str = sentences.NOT_A_CHOICE) -> Reader:
    """A reader of labels (as ``fold_word`` writes them); a miss tells the nearest ones."""

    def read(text: str) -> Any:
        folded = fold_word(text)
        if not folded:
            return None
        if folded in words:
            return words[folded]
        raise Unclear(msgid, value=text, near=near(folded, words))

    return read


def near(word: str, words: Iterable[str]) -> str:
    """The words most like ``word``, for a hint; all of them when there are few."""
    words = list(words)
    alike = difflib.get_close_matches(word, words, n=3, cutoff=0.5)
    return "、".join(alike or words[:5])


def fold_word(text: str) -> str:
    return japanese.fold(text).lower()


_DTYPES: dict[str, Any] = {
    Field.Type.INTEGER: pl.Int64(),
    Field.Type.MONEY: pl.Int64(),
    Field.Type.BOOLEAN: pl.Boolean(),
    Field.Type.CHOICES: pl.List(pl.String),
    Field.Type.ADDRESS: pl.Struct(dict.fromkeys(ADDRESS_PARTS, pl.String)),
}


def own_reader(own: Field, *, create: bool = False) -> tuple[Reader, Any]:
    """Reader and type for a field of the organisation's own.

    Of a link the text is kept; what it stands for is looked up where all rows are together
    (``links``). With ``create``, or where the field has no choices yet, unknown choices are kept.
    """
    kind = type_of(own)
    read: Callable[[str], Any] = partial(kind.read, own)
    if own.type in (Field.Type.MEMBER, Field.Type.RECORD):
        return lambda text: japanese.fold(text) or None, pl.String()
    if own.type == Field.Type.INTEGER:
        read = whole_number
    elif own.type in (Field.Type.CHOICE, Field.Type.CHOICES) and (create or not own.choices):
        read = partial(_any_choices, own)

    def meaning(text: str) -> Any:
        found = read(text)
        if found is None or found in ("", [], {}):
            return None
        kind.check(own, found)
        return found

    return meaning, _DTYPES.get(own.type, pl.String())


def _any_choices(own: Field, text: str) -> Any:
    """Choices, also those that the field does not know yet."""
    known = meanings(own)
    if own.type == Field.Type.CHOICE:
        word = japanese.fold(text)
        refuse_unclear(own, word)
        return known.get(word.lower(), word)
    words = japanese.choices(text, words_of(own))
    for word in words:
        refuse_unclear(own, word)
    return list(dict.fromkeys(known.get(fold_word(word), word) for word in words))


def whole_number(text: str) -> int | None:
    try:
        return japanese.money(text)
    except Unclear as unclear:
        raise Unclear(sentences.NOT_A_NUMBER, value=text) from unclear


def text_cells(name: str) -> Cells:
    return Cells((name,), japanese.fold, quick=quick.text)
