"""What a condition can be about: a field of members, or of the rows that ``has`` looks at."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import Protocol

from django.utils.functional import Promise

from enishi.core.japanese import fold

from .normal import normal
from .where import Where


class Type(StrEnum):
    """What the values of a subject are, which decides the operators."""

    TEXT = "text"
    DIGITS = "digits"  # phone, postal code: compared by their digits alone
    CHOICE = "choice"  # one of a list
    CHOICES = "choices"  # several of a list
    LINK = "link"  # the id of something that has a name: member type, owner
    NUMBER = "number"
    DATE = "date"
    INSTANT = "datetime"
    TIME = "time"
    BOOLEAN = "boolean"
    AGE = "age"  # full years since a date
    TAGS = "tags"
    PRESENCE = "presence"  # only whether there is one: files, images


@dataclass(frozen=True)
class Subject:
    """``sql`` is an expression over the alias of its row; identifiers in it are our own.

    ``folded`` texts are stored in one width already (``core.japanese.fold``). ``written`` dates and
    times are stored as text in ISO form. ``filled`` says whether there is a value, where that is
    not simply "neither NULL nor ''". ``ranged`` is an expression that is never NULL (0001-01-01 for
    no date) and has an index. ``called`` gives names to whole numbers. ``choices`` are pairs of
    stored value and label; an ``open`` list takes other values too. ``names`` finds the ids that a
    name means. ``stored`` is the bare JSON of a whole number: one without an index is compared
    quickest as it lies there.
    """

    key: str
    label: str | Promise
    type: Type
    sql: str
    params: tuple[object, ...] = ()
    nullable: bool = True
    folded: bool = False
    lower: bool = False  # stored without capitals
    written: bool = False
    filled: Where | None = None
    ranged: str = ""
    stored: str = ""
    indexed: Callable[[], bool] = bool  # whether an index holds ``sql`` (texts in normal form)
    choices: tuple[tuple[str, str | Promise], ...] = ()
    open: bool = False
    names: "Names | None" = None
    called: Callable[[], Mapping[int, str]] | None = None
    mentions: frozenset[str] | None = None  # the fields that it is made of, where not its key
    by_day: Callable[[date], Where] | None = None  # the expression, where it changes with the day

    @property
    def where(self) -> Where:
        """The bare expression with its parameters."""
        return Where(self.sql, self.params, total=not self.nullable)

    def on(self, day: date) -> "Subject":
        """The subject with the expression of that day."""
        if self.by_day is None:
            return self
        made = self.by_day(day)
        return replace(self, sql=made.sql, params=made.params)

    @property
    def mentioned(self) -> frozenset[str]:
        return frozenset({self.key}) if self.mentions is None else self.mentions


class Names(Protocol):
    """Things that have names. ``has_me``: "me" is whoever asks."""

    has_me: bool

    def ids(self, raw: str | int) -> frozenset[int]:
        """The ids that a name or id means; none where there is no such thing (any more)."""

    def label(self, pk: int) -> str:
        """What it is called, '' where it is not there."""


@dataclass(frozen=True)
class Listed(Names):
    """A list of things that is short enough to be looked at whole. ``more``: other names."""

    by_id: Mapping[int, str]
    more: Mapping[str, int] = field(default_factory=dict)  # in lower case
    has_me: bool = False

    def ids(self, raw: str | int) -> frozenset[int]:
        if isinstance(raw, int):
            return frozenset({raw} & set(self.by_id))
        wanted = normal(fold(raw))
        found = {pk for pk, name in self.by_id.items() if normal(name) == wanted}
        if wanted in self.more:
            found.add(self.more[wanted])
        if not found and raw.isascii() and raw.isdigit():
            found = {int(raw)} & set(self.by_id)
        return frozenset(found)

    def label(self, pk: int) -> str:
        return self.by_id.get(pk, "")
