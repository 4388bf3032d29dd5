"""Days and instants in SQL: ranges, windows, anniversaries."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

from .moment import Moment, midnight
from .operators import Counted
from .subjects import Subject
from .where import NO, Where, some
from .windows import Span, Window

_DAY = timedelta(days=1)


# Whole days


def of_days(subject: Subject, op: str, value: Any, at: Moment) -> Where:
    """A comparison of a plain date."""
    match op:
        case "within":
            return between(subject, *value.days(at))
        case "anniversary":
            return _anniversary(_month_and_day(subject), value, at)
        case "days_since":
            return _days_since(subject, value, at)
        case "in":
            return some([between(subject, d, d) for d in _known(value, at)])
        case "between":
            return between(subject, *_known(value, at))
    (day,) = _known([value], at)
    match op:
        case "eq" | "on":
            return between(subject, day, day)
        case "lt" | "before":
            return between(subject, None, day - _DAY) if day > date.min else NO
        case "lte":
            return between(subject, None, day)
        case "gt" | "after":
            return between(subject, day + _DAY, None) if day < date.max else NO
    return between(subject, day, None)


def between(subject: Subject, first: date | None, last: date | None) -> Where:
    """From the first to the last day, both included; open where there is none."""
    if first is not None and last is not None and first > last:
        return NO
    bounds: list[Any] = [first, last]
    if subject.written:
        sql, total = subject.sql, False
        bounds = [day.isoformat() if day is not None else None for day in (first, last)]
    else:
        sql, total = subject.ranged or subject.sql, bool(subject.ranged)
        if subject.ranged and (first is None or first == date.min):
            bounds[0] = date.min + _DAY  # 0001-01-01 stands for no date
    if bounds[0] is not None and bounds[0] == bounds[1]:
        return Where(f"{sql} = %s", (*subject.params, bounds[0]), total)
    parts, params = [], []
    for sign, bound in zip((">=", "<="), bounds, strict=True):
        if bound is not None:
            parts.append(f"{sql} {sign} %s")
            params += [*subject.params, bound]
    if not parts:
        return Where(f"{sql} IS NOT NULL", subject.params, total=True)
    return Where(" AND ".join(parts), tuple(params), total)


def _known(values: Any, at: Moment) -> list[date]:
    return [at.today if value == "today" else value for value in values]


def _days_since(subject: Subject, asked: Counted, at: Moment) -> Where:
    """How many days ago: the number, turned into days."""
    from math import ceil, floor

    def ago(days: int) -> date:
        try:
            return at.today - timedelta(days=days)
        except OverflowError:
            return date.min if days > 0 else date.max

    def exactly(n: Any) -> Where:
        return between(subject, ago(int(n)), ago(int(n))) if n == int(n) else NO

    one = asked.values[0] if asked.values else 0
    match asked.op:
        case "eq":
            return exactly(one)
        case "in":
            return some([exactly(n) for n in asked.values])
        case "ne" | "not_in":
            return ~some([exactly(n) for n in asked.values])
        case "gte":
            return between(subject, None, ago(ceil(one)))
        case "gt":
            return between(subject, None, ago(floor(one) + 1))
        case "lte":
            return between(subject, ago(floor(one)), None)
        case "lt":
            return between(subject, ago(ceil(one) - 1), None)
    low, high = asked.values
    return between(subject, ago(floor(high)), ago(ceil(low)))


def _month_and_day(subject: Subject) -> Where:
    """The day of the year as text, like 0229."""
    if subject.written:
        sql = f"substr({subject.sql}, 6, 2) || substr({subject.sql}, 9, 2)"
        return Where(sql, subject.params * 2)
    return Where(f"to_char({subject.sql}, 'MMDD')", subject.params)


def _anniversary(day_of_year: Where, value: int | Window, at: Moment) -> Where:
    """Whether the day comes round in the window. 29 February comes on 1 March in common years."""
    if isinstance(value, Window):
        first, last = value.days(at)
    else:
        first = last = at.today + timedelta(days=value)
    if first is None or last is None or (last - first).days >= 365:
        return Where(f"{day_of_year.sql} IS NOT NULL", day_of_year.params, total=True)
    parts = [
        Where(f"{day_of_year.sql} BETWEEN %s AND %s", (*day_of_year.params, low, high))
        for low, high in _stretches(first, last)
    ]
    return some(parts)


def _stretches(first: date, last: date) -> Iterator[tuple[str, str]]:
    """The days of the year from first to last, as stretches within one year each."""
    for year in range(first.year, last.year + 1):
        low, high = max(first, date(year, 1, 1)), min(last, date(year, 12, 31))
        if low > high:
            continue
        start = f"{low:%m%d}"
        yield "0229" if start == "0301" and not _leaps(year) else start, f"{high:%m%d}"


def _leaps(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


# Instants


def of_instants(subject: Subject, op: str, value: Any, at: Moment) -> Where:
    """A comparison of an instant; a plain day stands for the whole of it."""
    match op:
        case "within":
            return spanned(subject, value.span(at))
        case "anniversary":
            return _anniversary(_local(subject, at, "MMDD"), value, at)
        case "days_since":
            return _days_since(_as_day(subject, at), value, at)
        case "in":
            return some([_on(subject, one, at) for one in value])
        case "between":
            low, high = (_bounds(one, at) for one in value)
            return spanned(subject, Span(low.start, high.end, high.closed))
        case "eq" | "on":
            return _on(subject, value, at)
    bounds = _bounds(value, at)
    match op:
        case "lt" | "before":
            return spanned(subject, Span(None, bounds.start))
        case "lte":
            return spanned(subject, Span(None, bounds.end, bounds.closed))
        case "gt" | "after":
            return _later(subject, bounds)
    return spanned(subject, Span(bounds.start, None))


def _bounds(value: date | datetime | str, at: Moment) -> Span:
    """The stretch that a value stands for: a whole day, or one instant."""
    if value == "now":
        return Span(at.now, at.now, closed=True)
    if isinstance(value, datetime):
        instant = value if value.tzinfo else value.replace(tzinfo=at.zone)
        return Span(instant, instant, closed=True)
    day = at.today if isinstance(value, str) else value
    end = at.midnight(day + _DAY) if day < date.max else None
    return Span(at.midnight(day), end)


def _on(subject: Subject, value: date | datetime | str, at: Moment) -> Where:
    return spanned(subject, _bounds(value, at))


def spanned(subject: Subject, span: Span) -> Where:
    """Within a span of instants."""
    sql, params = subject.sql, subject.params
    parts: list[Where] = []
    if span.start is not None:
        parts.append(_bound(subject, ">=", span.start))
    if span.end is not None:
        parts.append(_bound(subject, "<=" if span.closed else "<", span.end))
    if not parts:
        return Where(f"{sql} IS NOT NULL", params, total=True)
    return Where(
        " AND ".join(part.sql for part in parts),
        tuple(value for part in parts for value in part.params),
        total=not subject.nullable,
    )


def _later(subject: Subject, bounds: Span) -> Where:
    if bounds.end is None:
        return NO
    return _bound(subject, ">" if bounds.closed else ">=", bounds.end)


def _bound(subject: Subject, sign: str, instant: datetime) -> Where:
    """One bound. Instants that are written as text have whole seconds."""
    value: Any = instant.astimezone(UTC)
    if subject.written:
        if value.microsecond:
            up = sign in (">=", "<")
            value = value.replace(microsecond=0) + timedelta(seconds=int(up))
        value = f"{value:%Y-%m-%dT%H:%M:%SZ}".rjust(20, "0")
    return Where(f"{subject.sql} {sign} %s", (*subject.params, value), not subject.nullable)


def _local(subject: Subject, at: Moment, form: str) -> Where:
    """A part of an instant as the clock on the wall shows it."""
    sql = f"({subject.sql})::timestamptz" if subject.written else subject.sql
    params = (*subject.params, at.zone.key, form)
    return Where(f"to_char({sql} AT TIME ZONE %s, %s)", params)


def _as_day(subject: Subject, at: Moment) -> Subject:
    """The instant's day in the zone, as a date written in ISO form."""
    from dataclasses import replace

    day = _local(subject, at, "YYYY-MM-DD")
    return replace(subject, sql=day.sql, params=day.params, written=True, ranged="")


__all__ = ["between", "midnight", "of_days", "of_instants", "spanned"]
