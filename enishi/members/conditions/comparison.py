"""One comparison of a subject with values, as SQL."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from math import ceil, floor
from typing import Any

from . import days
from .moment import Moment, years_before
from .normal import in_sql, normal, pattern, writings
from .operators import Counted
from .spellings import spellings
from .subjects import Subject, Type
from .where import NO, YES, Where, every, some

_LEAST, _MOST = -(2**63), 2**63  # beyond these lies no whole number that is stored
NEGATIVE = {"ne": "eq", "not_in": "in", "has_none": "has_any", "empty": "not_empty"}
_SIGNS = {"lt": "<", "lte": "<=", "gt": ">", "gte": ">=", "eq": "="}


@dataclass(frozen=True)
class Comparison:
    """``subject`` ``op`` ``value``. A member without a value answers only to the negative ones."""

    subject: Subject
    op: str
    value: Any = None
    exact: bool = False

    def where(self, at: Moment) -> Where:
        """The question as SQL."""
        if self.op in NEGATIVE:
            return ~Comparison(self.subject, NEGATIVE[self.op], self.value, self.exact).where(at)
        today = replace(self, subject=self.subject.on(at.today))
        if self.op == "not_empty":
            return filled(today.subject)
        return _TESTS[self.subject.type](today, at)

    @property
    def holds_for_none(self) -> bool:
        """Whether it holds where there is no value."""
        if self.op == "days_since":
            return self.value.op in NEGATIVE
        return self.op in NEGATIVE

    @property
    def moves(self) -> str:
        """ "day" or "instant" where the answer changes with the clock, else ''."""
        if self.op in ("empty", "not_empty"):
            return ""
        window = getattr(self.value, "moving", False)
        if window and self.subject.type == Type.INSTANT and self.op == "within":
            return "instant" if self.value.count is not None else "day"
        values = self.value if isinstance(self.value, list | tuple) else [self.value]
        if "now" in values and self.subject.type == Type.INSTANT:
            return "instant"
        moves = self.subject.by_day is not None or self.subject.type == Type.AGE
        by_clock = self.op in ("anniversary", "days_since") or window or moves
        named = self.subject.type in (Type.DATE, Type.INSTANT) and "today" in values
        return "day" if by_clock or named else ""


def filled(subject: Subject) -> Where:
    """Whether there is a value."""
    if subject.filled is not None:
        return subject.filled
    sql, params = subject.sql, subject.params
    text = subject.type in (Type.TEXT, Type.DIGITS, Type.CHOICE)
    if not subject.nullable:
        return Where(f"{sql} <> ''", params, total=True) if text else YES
    if text:
        return Where(f"COALESCE({sql}, '') <> ''", params, total=True)
    return Where(f"{sql} IS NOT NULL", params, total=True)


def _of(subject: Subject, rest: str, *values: Any) -> Where:
    return Where(f"{subject.sql} {rest}", (*subject.params, *values), total=not subject.nullable)


# Text


def _text(asked: Comparison, _at: Moment) -> Where:
    subject, value = asked.subject, asked.value
    if asked.op == "matches":
        return _matching(asked)
    if asked.op in ("eq", "in"):
        return _same(subject, value if asked.op == "in" else [value], exact=asked.exact)
    if value == "":
        return filled(subject)
    before = "" if asked.op == "starts_with" else "%"
    behind = "" if asked.op == "ends_with" else "%"
    if asked.exact:
        return _of(subject, "LIKE %s", before + _escaped(value) + behind)
    value = normal(value)
    if subject.folded:
        expression = pattern(value, lower=subject.lower)
        if expression is None:
            return _of(subject, "LIKE %s", before + _escaped(value) + behind)
        return _of(subject, "~ %s", ("" if before else "^") + expression + ("" if behind else "$"))
    like = before + _escaped(value) + behind
    return Where(f"{in_sql(subject.sql)} LIKE %s", (*subject.params, like))


def _same(subject: Subject, values: list[str], *, exact: bool) -> Where:
    """Equal to one of ``values``; nothing is equal to an empty one."""
    wanted = {value if exact else normal(value) for value in values} - {""}
    if not wanted:
        return NO
    if exact:
        return _any_of(subject, sorted(wanted))
    if subject.folded or not subject.indexed():
        plain: list[str] = []
        for value in sorted(wanted):
            found = writings(value, lower=subject.lower) if subject.folded else spellings(value)
            if found is None:
                break
            plain += found
        else:
            return _any_of(subject, plain)
    if len(wanted) == 1:
        return Where(f"{in_sql(subject.sql)} = %s", (*subject.params, *wanted))
    return Where(f"{in_sql(subject.sql)} = ANY(%s)", (*subject.params, sorted(wanted)))


def _any_of(subject: Subject, values: list[Any]) -> Where:
    if len(values) == 1:
        return _of(subject, "= %s", values[0])
    return _of(subject, "= ANY(%s)", values)


def _matching(asked: Comparison) -> Where:
    subject = asked.subject
    if asked.exact:
        found = _of(subject, "~ %s", asked.value)
    else:
        found = Where(f"{in_sql(subject.sql)} ~* %s", (*subject.params, asked.value))
    return every([filled(subject), found])


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


# Choices and links


def _choice(asked: Comparison, _at: Moment) -> Where:
    groups = asked.value if asked.op == "in" else [asked.value]
    wanted = sorted(frozenset().union(*groups) - {""})
    return _any_of(asked.subject, wanted) if wanted else NO


def _choices(asked: Comparison, _at: Moment) -> Where:
    subject, groups = asked.subject, asked.value
    one_of = _one_of if subject.choices or asked.exact else _one_like
    if asked.op == "has_any":
        return one_of(subject, frozenset().union(*groups))
    return every([filled(subject), *(one_of(subject, group) for group in groups)])


def _one_of(subject: Subject, wanted: frozenset[str]) -> Where:
    """At least one of the values; written so that an index on what a list holds can serve."""
    if len(wanted) > 20:
        return _of(subject, "?| %s", sorted(wanted))
    return some([_of(subject, "@> %s::jsonb", json.dumps([one])) for one in sorted(wanted)])


def _one_like(subject: Subject, wanted: frozenset[str]) -> Where:
    """The same where there is no list of values: they are texts, and compared like texts."""
    one = in_sql("one")
    found = f"SELECT FROM jsonb_array_elements_text({subject.sql}) one WHERE {one} = ANY(%s)"
    params = (*subject.params, sorted(map(normal, wanted)))
    return Where(f"EXISTS ({found})", params, total=True)


def _tags(asked: Comparison, _at: Moment) -> Where:
    """``sql`` is a query of the tags of one member: ``SELECT … WHERE t.member_id = m.id``."""
    subject, groups = asked.subject, asked.value
    if asked.op == "has_any":
        return _tagged(subject, frozenset().union(*groups))
    return every([filled(subject), *(_tagged(subject, group) for group in groups)])


def _tagged(subject: Subject, ids: frozenset[int]) -> Where:
    if not ids:
        return NO
    few = len(ids) == 1  # plans and estimates are better with =
    params = (*subject.params, *ids) if few else (*subject.params, sorted(ids))
    is_one = "= %s" if few else "= ANY(%s)"
    return Where(f"EXISTS ({subject.sql} AND t.tag_id {is_one})", params, total=True)


# Numbers


def _number(asked: Comparison, _at: Moment) -> Where:
    if asked.subject.stored and not asked.subject.indexed():
        return _whole_number(asked.subject, asked.op, asked.value)
    return counted(asked.subject.where, asked.op, asked.value)


def counted(number: Where, op: str, value: Any) -> Where:
    """A comparison of a number in SQL; the negative ones hold where there is none."""
    if op in NEGATIVE:
        return ~counted(number, NEGATIVE[op], value)
    if op == "in":
        return some([counted(number, "eq", one) for one in value])
    if op == "between":
        sql, values = f"{number.sql} BETWEEN %s AND %s", tuple(value)
    else:
        sql, values = f"{number.sql} {_SIGNS[op]} %s", (value,)
    return Where(sql, (*number.params, *values), total=number.total)


def _whole_number(subject: Subject, op: str, value: Any) -> Where:
    """Compared as it lies in the JSON, taken out once: to a number and a CASE it costs twice that.

    All numbers of JSON stand together in its order, so what lies between two is a number. Whole
    ones from ``low`` to ``high`` are those from ``low`` up to, without, ``high + 1``.
    """
    if op in ("eq", "in"):
        whole = {int(one) for one in (value if op == "in" else [value]) if one == int(one)}
        found = sorted(str(one) for one in whole)
        if not found:
            return NO
        if len(found) == 1:
            return Where(f"{subject.stored} = %s::jsonb", (found[0],))
        return Where(f"{subject.stored} = ANY(%s::jsonb[])", (found,))
    low, high = _LEAST, _MOST
    match op:
        case "between":
            low, high = ceil(value[0]), floor(value[1]) + 1
        case "gte":
            low = ceil(value)
        case "gt":
            low = floor(value) + 1
        case "lte":
            high = floor(value) + 1
        case "lt":
            high = ceil(value)
    if low >= high:
        return NO
    bounds = [str(low), str(high)]
    return Where(f"width_bucket({subject.stored}, %s::jsonb[]) = 1", (bounds,))


def asked_of(number: Where, asked: Counted) -> Where:
    """The same for a number with its operator."""
    many = asked.op in ("in", "not_in", "between")
    return counted(number, asked.op, asked.values if many else asked.values[0])


def _age(asked: Comparison, at: Moment) -> Where:
    """Full years since a day, turned into a comparison of the day itself."""
    subject, op, value = asked.subject, asked.op, asked.value

    def at_least(years: Any) -> date:
        return years_before(at.today, max(min(ceil(years), 12_000), -12_000))

    def range_of(low: Any, high: Any) -> Where:
        last = at_least(low) if low is not None else None
        first = at_least(floor(high) + 1) + timedelta(days=1) if high is not None else None
        return days.between(subject, first, last)

    def exactly(years: Any) -> Where:
        return range_of(years, years) if years == int(years) else NO

    match op:
        case "eq":
            return exactly(value)
        case "in":
            return some([exactly(years) for years in value])
        case "gte":
            return range_of(value, None)
        case "gt":
            return range_of(floor(value) + 1, None)
        case "lte":
            return range_of(None, value)
        case "lt":
            return range_of(None, ceil(value) - 1)
    return range_of(*value) if value[0] <= value[1] else NO


# Times of the day, yes and no


def _time(asked: Comparison, _at: Moment) -> Where:
    op = {"before": "lt", "after": "gt"}.get(asked.op, asked.op)
    return counted(asked.subject.where, op, asked.value)


def _flag(asked: Comparison, _at: Moment) -> Where:
    wanted = set(asked.value if asked.op == "in" else [asked.value])
    if len(wanted) == 2:
        return filled(asked.subject)
    if not wanted:
        return NO
    return _of(asked.subject, "= %s", wanted.pop())


_TESTS: dict[Type, Callable[[Comparison, Moment], Where]] = {
    Type.TEXT: _text,
    Type.DIGITS: _text,
    Type.CHOICE: _choice,
    Type.CHOICES: _choices,
    Type.TAGS: _tags,
    Type.LINK: _choice,
    Type.NUMBER: _number,
    Type.AGE: _age,
    Type.TIME: _time,
    Type.BOOLEAN: _flag,
    Type.DATE: lambda asked, at: days.of_days(asked.subject, asked.op, asked.value, at),
    Type.INSTANT: lambda asked, at: days.of_instants(asked.subject, asked.op, asked.value, at),
}

__all__ = ["Comparison", "Decimal", "asked_of", "counted", "datetime", "filled"]
