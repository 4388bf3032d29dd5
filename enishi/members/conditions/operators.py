"""Which operators a type has, what their values look like, and how they are read."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from django.db import DataError, OperationalError
from django.utils.translation import gettext as _

from enishi.core import japanese
from enishi.core.bulk import TooSlow, patience, rows
from enishi.ui.written import listed

from .normal import normal, normal_pattern
from .reader import Reader
from .subjects import Subject, Type
from .values import read_day, read_flag, read_instant, read_number, read_time
from .windows import read_window

EQUAL = ("eq", "ne", "in", "not_in")
PRESENT = ("empty", "not_empty")
ORDER = ("lt", "lte", "gt", "gte", "between")
WORDS = ("contains", "starts_with", "ends_with", "matches")
SETS = ("has_any", "has_all", "has_none")
DAYS = ("on", "before", "after", "within", "anniversary", "days_since")

OPERATORS: dict[Type, tuple[str, ...]] = {
    Type.TEXT: (*EQUAL, *WORDS, *PRESENT),
    Type.DIGITS: (*EQUAL, *WORDS, *PRESENT),
    Type.CHOICE: (*EQUAL, *PRESENT),
    Type.CHOICES: (*SETS, *PRESENT),
    Type.TAGS: (*SETS, *PRESENT),
    Type.LINK: (*EQUAL, *PRESENT),
    Type.NUMBER: (*EQUAL, *ORDER, *PRESENT),
    Type.AGE: (*EQUAL, *ORDER, *PRESENT),
    Type.DATE: (*EQUAL, *ORDER, *DAYS, *PRESENT),
    Type.INSTANT: (*EQUAL, *ORDER, *DAYS, *PRESENT),
    Type.TIME: (*EQUAL, *ORDER, "before", "after", *PRESENT),
    Type.BOOLEAN: (*EQUAL, *PRESENT),
    Type.PRESENCE: PRESENT,
}

SPELLINGS = {
    "=": "eq",
    "==": "eq",
    "is": "eq",
    "equals": "eq",
    "!=": "ne",
    "<>": "ne",
    "neq": "ne",
    "is_not": "ne",
    "not_eq": "ne",
    "<": "lt",
    "<=": "lte",
    "le": "lte",
    ">": "gt",
    ">=": "gte",
    "ge": "gte",
    "nin": "not_in",
    "startswith": "starts_with",
    "endswith": "ends_with",
    "regex": "matches",
    "is_empty": "empty",
    "is_null": "empty",
    "is_not_empty": "not_empty",
    "is_not_null": "not_empty",
    "has_all_of": "has_all",
    "has_any_of": "has_any",
    "has_none_of": "has_none",
    "since": "days_since",
}
# What the same question is called for another type.
_INSTEAD = {
    Type.CHOICES: {"in": "has_any", "not_in": "has_none", "contains": "has_all"},
    Type.TAGS: {"in": "has_any", "not_in": "has_none", "contains": "has_all"},
    Type.CHOICE: {"has_any": "in", "has_none": "not_in"},
    Type.LINK: {"has_any": "in", "has_none": "not_in"},
}
MANY = ("in", "not_in", *SETS)
LONGEST_PATTERN = 200
PATIENCE = 250  # milliseconds


def read_operator(raw: Any, subject: Subject, reader: Reader) -> str:
    """The operator in its one spelling. Raises Faulty where the type does not have it."""
    word = raw.strip().lower() if isinstance(raw, str) else ""
    word = SPELLINGS.get(word, word)
    word = _INSTEAD.get(subject.type, {}).get(word, word)
    known = OPERATORS[subject.type]
    if word not in known:
        reason = _("“%(field)s” cannot be asked like this. It takes: %(operators)s.")
        reader.fault(reason % {"field": subject.label, "operators": ", ".join(known)})
    return word


def read_value(raw: Any, op: str, subject: Subject, reader: Reader, *, exact: bool) -> Any:
    """The value as the comparison needs it. Raises Faulty."""
    if op in PRESENT:
        if raw not in (None, True):
            reader.fault(_("Nothing is compared here, so leave the value out."))
        return None
    if op == "matches":
        return read_pattern(raw, reader, exact=exact)
    if op == "within":
        return read_window(raw, reader, whole_days=subject.type == Type.DATE)
    if op == "anniversary":
        return read_anniversary(raw, reader)
    if op == "days_since":
        return read_count(raw, reader)
    read = _READERS[subject.type]
    if op in MANY:
        if isinstance(raw, Mapping) or raw is None:
            reader.fault(_("Write a list of values."))
        return [read(value, subject, below) for below, value in reader.items(raw)]
    if op == "between":
        if not isinstance(raw, list | tuple) or len(raw) != 2:
            reader.fault(_("Write the lowest and the highest value, like [30, 39]."))
        return tuple(read(value, subject, below) for below, value in reader.items(raw))
    if isinstance(raw, list | tuple | Mapping) or raw is None:
        reader.fault(_("Write one value."))
    if op == "on":
        return _day(raw, subject, reader)
    return read(raw, subject, reader)


def read_anniversary(raw: Any, reader: Reader) -> Any:
    """A whole number N: on the day N days from today; or a window that the day falls into."""
    if (
        isinstance(raw, Mapping)
        and set(raw) <= {"in", "days", "unit"}
        and ("in" in raw) ^ ("days" in raw)
    ):
        if raw.get("unit", "day") not in ("day", "days"):
            reader.at("unit").fault(_("Write one of: %(names)s.") % {"names": "day"})
        raw = raw.get("in", raw.get("days"))
    if isinstance(raw, Mapping):
        return read_window(raw, reader, whole_days=True)
    if not isinstance(raw, int) or isinstance(raw, bool) or abs(raw) > 366:
        reader.fault(_("Write a number of days from -366 to 366, or a window of time."))
    return raw


def read_count(raw: Any, reader: Reader) -> "Counted":
    """A number, or an operator with numbers: {“op”: “gte”, “value”: 2}."""
    if not isinstance(raw, Mapping):
        raw = {"op": "eq", "value": raw}
    reader.only(raw, "op", "value")
    word = raw.get("op", "eq")
    op = SPELLINGS.get(word, word) if isinstance(word, str) else ""
    if op not in (*EQUAL, *ORDER):
        names = ", ".join((*EQUAL, *ORDER))
        reader.at("op").fault(_("Write one of: %(names)s.") % {"names": names})
    below = reader.at("value")
    if op in ("in", "not_in", "between"):
        found = [read_number(value, one) for one, value in below.items(raw.get("value"))]
        if op == "between" and len(found) != 2:
            below.fault(_("Write the lowest and the highest value, like [30, 39]."))
        return Counted(op, found)
    return Counted(op, [read_number(raw.get("value"), below)])


class Counted:
    """A question about a number: how many, how much."""

    def __init__(self, op: str, values: list[Any]) -> None:
        self.op = op
        self.values = values

    def holds(self, number: Any) -> bool:
        """Whether ``number`` answers it; used for zero, where nothing is found."""
        one = self.values[0] if self.values else None
        match self.op:
            case "eq" | "in":
                return number in self.values
            case "ne" | "not_in":
                return number not in self.values
            case "between":
                return bool(self.values[0] <= number <= self.values[1])
        signs: dict[str, Callable[[Any, Any], bool]] = {
            "lt": lambda a, b: a < b,
            "lte": lambda a, b: a <= b,
            "gt": lambda a, b: a > b,
            "gte": lambda a, b: a >= b,
        }
        return signs[self.op](number, one)


def read_pattern(raw: Any, reader: Reader, *, exact: bool) -> str:
    """A regular expression that PostgreSQL can compile in bearable time.

    What can take for ever (back references) is refused; the rest is bounded by the time limit of
    the query.
    """
    written = reader.text(raw, longest=LONGEST_PATTERN)
    if not written:
        reader.fault(_("Write a pattern."))
    if _refers_back(written) or written.startswith("***"):
        reader.fault(_("This pattern uses something that could take too long."))
    ready = written if exact else normal_pattern(written)
    try:
        with patience(PATIENCE):
            rows("SELECT 'x' ~* %s", [ready])
    except (DataError, OperationalError, TooSlow):
        reader.fault(_("This is no regular expression that can be used here."))
    return ready


def _refers_back(written: str) -> bool:
    escaped = False
    for letter in written:
        if escaped and letter.isdigit() and letter != "0":
            return True
        escaped = letter == "\\" and not escaped
    return False


# Values by type


def _text(raw: Any, _subject: Subject, reader: Reader) -> str:
    if isinstance(raw, int) and not isinstance(raw, bool):
        raw = str(raw)
    return reader.text(raw)


def _digits(raw: Any, _subject: Subject, reader: Reader) -> str:
    """Only the digits, in one width; a text without any stays as it is."""
    if isinstance(raw, int) and not isinstance(raw, bool):
        raw = str(raw)
    text = normal(reader.text(raw))
    return "".join(letter for letter in text if letter.isascii() and letter.isdigit()) or text


def _choice(raw: Any, subject: Subject, reader: Reader) -> frozenset[str]:
    """All stored values that are meant: by value first, else by label."""
    if isinstance(raw, int | float) and not isinstance(raw, bool):
        raw = str(raw)
    text = reader.text(raw)
    wanted = normal(japanese.fold(text))
    found = {value for value, _label in subject.choices if normal(value) == wanted}
    if not found:
        found = {value for value, label in subject.choices if normal(str(label)) == wanted}
    if not found and not subject.open:
        reason = _("“%(value)s” is none of: %(choices)s.")
        names = listed(str(label) for _value, label in subject.choices[:20])
        reader.fault(reason % {"value": text[:50], "choices": names})
    return frozenset(found | {text} if subject.open else found)


def _link(raw: Any, subject: Subject, reader: Reader) -> frozenset[int]:
    """The ids that a name or id means; none where there is no such thing (any more)."""
    assert subject.names is not None
    if isinstance(raw, int) and not isinstance(raw, bool):
        return subject.names.ids(raw)
    text = reader.text(raw)
    if text == "me" and subject.names.has_me:
        if reader.by is None:
            reader.fault(_("Nobody asks here, so “me” means nobody. Name the person."))
        return frozenset({reader.by.pk})
    return subject.names.ids(text)


def _number(raw: Any, _subject: Subject, reader: Reader) -> Any:
    return read_number(raw, reader)


def _day(raw: Any, _subject: Subject, reader: Reader) -> date | str:
    return "today" if raw == "today" else read_day(raw, reader)


def _instant(raw: Any, _subject: Subject, reader: Reader) -> Any:
    return raw if raw in ("today", "now") else read_instant(raw, reader)


def _time(raw: Any, _subject: Subject, reader: Reader) -> str:
    return read_time(raw, reader)


def _flag(raw: Any, _subject: Subject, reader: Reader) -> bool:
    return read_flag(raw, reader)


_READERS: dict[Type, Callable[[Any, Subject, Reader], Any]] = {
    Type.TEXT: _text,
    Type.DIGITS: _digits,
    Type.CHOICE: _choice,
    Type.CHOICES: _choice,
    Type.TAGS: _link,
    Type.LINK: _link,
    Type.NUMBER: _number,
    Type.AGE: _number,
    Type.DATE: _day,
    Type.INSTANT: _instant,
    Type.TIME: _time,
    Type.BOOLEAN: _flag,
}
