"""What a formula can call. Every function takes and gives plain values, None for an empty one."""

import calendar
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Any

from enishi.core import clock

LONGEST = 5_000  # letters of a text that a formula makes
MOST_PLACES = 10


class Kind(StrEnum):
    """What a value of a formula is."""

    NUMBER = "number"
    TEXT = "text"
    TRUTH = "truth"
    DATE = "date"
    ANY = "any"


class Chosen(str):
    """A choice in a formula: its label in the language of the house, and all that it is called.

    A formula may name it by its value or by its label in any language.
    """

    __slots__ = ("names",)
    names: frozenset[str]

    def __new__(cls, label: str, names: Iterable[str]) -> "Chosen":
        made = super().__new__(cls, label)
        made.names = frozenset(filter(None, (label, *names)))
        return made


@dataclass(frozen=True)
class Function:
    """``takes`` are the kinds of the values, the last of them also for all that follow."""

    do: Callable[..., Any]
    gives: Kind
    takes: tuple[Kind, ...]
    least: int
    most: int = 0  # 0: any number
    moving: bool = False


def is_true(value: Any) -> bool:
    return value is True


def joined(values: Iterable[Any]) -> str:
    return "".join(map(written, values))[:LONGEST]


def written(value: Any) -> str:
    """A value as text: numbers without needless zeros, dates in ISO form, truth as 1 or 0."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, Decimal):
        from .types.numbers import canonical

        return canonical(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list):
        return "、".join(map(str, value))
    return str(value)


def _same(one: Any, other: Any) -> bool:
    return bool(one == other) if type(one) is type(other) else written(one) == written(other)


def compared(sign: str, one: Any, other: Any) -> bool | None:
    if sign in ("=", "==", "<>", "!="):
        if isinstance(one, Chosen) and isinstance(other, str):
            same = str(other) in one.names
        elif isinstance(other, Chosen) and isinstance(one, str):
            same = one in other.names
        else:
            same = _same(one, other)
        return same if sign in ("=", "==") else not same
    texts = isinstance(one, str) and isinstance(other, str)
    if one is None or other is None or (type(one) is not type(other) and not texts):
        return None
    match sign:
        case "<":
            return bool(one < other)
        case "<=":
            return bool(one <= other)
        case ">":
            return bool(one > other)
    return bool(one >= other)


def _round(how: str) -> Callable[..., Any]:
    def work(number: Any, places: Any = None) -> Any:
        if number is None:
            return None
        at = int(places) if places is not None else 0
        if not -MOST_PLACES <= at <= MOST_PLACES:
            return None
        step = Decimal(1).scaleb(-at)
        return (number / step).quantize(Decimal(1), rounding=how) * step

    return work


def _whole_months(start: Any, end: Any) -> int | None:
    """Whole months between two days; below zero when the end is earlier."""
    if start is None or end is None:
        return None
    if end < start:
        back = _whole_months(end, start)
        return None if back is None else -back
    months = (end.year - start.year) * 12 + end.month - start.month
    return int(months - (end.day < start.day))


def _months(start: Any, end: Any) -> Any:
    found = _whole_months(start, end)
    return None if found is None else Decimal(found)


def _years(start: Any, end: Any) -> Any:
    found = _whole_months(start, end)
    return None if found is None else Decimal(int(found / 12))


def _days(start: Any, end: Any) -> Any:
    return None if start is None or end is None else Decimal((end - start).days)


def _add_days(day: Any, count: Any) -> Any:
    return None if day is None or count is None else day + timedelta(days=int(count))


def _add_months(day: Any, count: Any) -> Any:
    """The same day some months on; where that month is shorter, its last day."""
    if day is None or count is None:
        return None
    year, month = divmod(day.year * 12 + day.month - 1 + int(count), 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


def _age(born: Any, on: Any = None) -> Any:
    """Whole years; who was born on 29 February grows older on 1 March."""
    day = on or clock.today()
    if born is None or born > day:
        return None
    return Decimal(day.year - born.year - ((day.month, day.day) < (born.month, born.day)))


def _of(name: str) -> Callable[[Any], Any]:
    return lambda day: None if day is None else Decimal(getattr(day, name))


def _filled(values: Iterable[Any]) -> list[Any]:
    return [value for value in values if value is not None]


def _extreme(pick: Callable[..., Any]) -> Callable[..., Any]:
    def work(*values: Any) -> Any:
        found = _filled(values)
        return pick(found) if found else None

    return work


def _sum(*values: Any) -> Any:
    found = _filled(values)
    return sum(found, Decimal(0)) if found else None


def _part(text: Any, count: Any, *, end: bool) -> Any:
    if text is None or count is None:
        return None
    many = max(0, min(int(count), LONGEST))
    return (text[-many:] if many else "") if end else text[:many]


_N, _T, _B, _D, _A = Kind.NUMBER, Kind.TEXT, Kind.TRUTH, Kind.DATE, Kind.ANY

FUNCTIONS: dict[str, Function] = {
    "if": Function(lambda *_values: None, _A, (_B, _A), 2, 3),
    "and": Function(lambda *values: all(map(is_true, values)), _B, (_B,), 1),
    "or": Function(lambda *values: any(map(is_true, values)), _B, (_B,), 1),
    "not": Function(lambda value: not is_true(value), _B, (_B,), 1, 1),
    "empty": Function(lambda value: value in (None, "", []), _B, (_A,), 1, 1),
    "coalesce": Function(lambda *values: next(iter(_filled(values)), None), _A, (), 1),
    "concat": Function(lambda *values: joined(values), _T, (_A,), 1),
    "left": Function(lambda text, count: _part(text, count, end=False), _T, (_T, _N), 2, 2),
    "right": Function(lambda text, count: _part(text, count, end=True), _T, (_T, _N), 2, 2),
    "len": Function(lambda text: Decimal(len(text or "")), _N, (_T,), 1, 1),
    "round": Function(_round(ROUND_HALF_UP), _N, (_N,), 1, 2),
    "floor": Function(_round(ROUND_FLOOR), _N, (_N,), 1, 2),
    "ceil": Function(_round(ROUND_CEILING), _N, (_N,), 1, 2),
    "abs": Function(lambda number: None if number is None else abs(number), _N, (_N,), 1, 1),
    "min": Function(_extreme(min), _A, (), 1),
    "max": Function(_extreme(max), _A, (), 1),
    "sum": Function(_sum, _N, (_N,), 1),
    "today": Function(clock.today, _D, (), 0, 0, moving=True),
    "age": Function(_age, _N, (_D,), 1, 2, moving=True),
    "days": Function(_days, _N, (_D,), 2, 2),
    "months": Function(_months, _N, (_D,), 2, 2),
    "years": Function(_years, _N, (_D,), 2, 2),
    "adddays": Function(_add_days, _D, (_D, _N), 2, 2),
    "addmonths": Function(_add_months, _D, (_D, _N), 2, 2),
    "year": Function(_of("year"), _N, (_D,), 1, 1),
    "month": Function(_of("month"), _N, (_D,), 1, 1),
    "day": Function(_of("day"), _N, (_D,), 1, 1),
}
