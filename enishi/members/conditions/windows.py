"""Stretches of time: rolling, by the calendar, from one instant to another."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from .moment import PERIODS, ROLLING, Moment, moved
from .reader import Reader
from .values import read_day, read_instant

FARTHEST = {
    "hour": 200_000,
    "day": 40_000,
    "week": 5_000,
    "month": 1_200,
    "quarter": 400,
    "year": 100,
}


@dataclass(frozen=True)
class Span:
    """From ``start`` (included) to ``end``, which belongs to it only if ``closed``."""

    start: datetime | None
    end: datetime | None
    closed: bool = False


@dataclass(frozen=True)
class Window:
    """One stretch. ``count`` is negative for the past; ``step`` names a period by the calendar."""

    count: int | None = None
    unit: str = ""
    step: int | None = None
    start: date | datetime | None = None
    end: date | datetime | None = None

    @property
    def moving(self) -> bool:
        """Whether it moves with the clock."""
        return self.count is not None or self.step is not None

    def span(self, at: Moment) -> Span:
        """As instants."""
        if self.count is not None:
            other = at.shifted(self.count, self.unit)
            pair = (other, at.now) if self.count < 0 else (at.now, other)
            return Span(*pair, closed=True)
        if self.step is not None:
            first, behind = at.period(self.unit, self.step)
            return Span(at.midnight(first), at.midnight(behind))
        return Span(_instant(self.start, at), _instant(self.end, at))

    def days(self, at: Moment) -> tuple[date | None, date | None]:
        """As whole days: the first and the last one, both included."""
        if self.count is not None:
            if self.unit == "hour":
                other = at.shifted(self.count, self.unit).astimezone(at.zone).date()
            else:
                other = moved(at.today, self.count, self.unit)
            return (other, at.today) if self.count < 0 else (at.today, other)
        if self.step is not None:
            first, behind = at.period(self.unit, self.step)
            return first, behind - timedelta(days=1)
        last = self.end - timedelta(days=1) if self.end is not None else None
        return self.start, last

    def __str__(self) -> str:
        if self.count is not None:
            n = abs(self.count)
            return (_past_words if self.count < 0 else _coming_words)(n, self.unit)
        if self.step is not None:
            return _period_words(self.unit, self.step)
        start, end = (_shown(bound) for bound in (self.start, self.end))
        if not end:
            return _("from %(start)s on") % {"start": start}
        if not start:
            return _("before %(end)s") % {"end": end}
        return _("from %(start)s to before %(end)s") % {"start": start, "end": end}


def read_window(raw: Any, reader: Reader, *, whole_days: bool = False) -> Window:
    """The window that ``raw`` describes; with ``whole_days`` its ends are days. Raises Faulty."""
    if not isinstance(raw, Mapping) or not raw:
        reader.fault(_("Write a window of time, like {“last”: 30, “unit”: “day”}."))
    if "from" in raw or "to" in raw:
        reader.only(raw, "from", "to")
        read = read_day if whole_days else read_instant
        start, end = (
            read(raw[name], reader.at(name)) if raw.get(name) is not None else None
            for name in ("from", "to")
        )
        if start is None and end is None:
            reader.fault(_("Write at least one end of the window."))
        return Window(start=start, end=end)
    named = [name for name in ("last", "next", "this", "previous") if name in raw]
    if len(named) != 1:
        reader.fault(_("A window has one of: %(names)s.") % {"names": _NAMES})
    reader.only(raw, *named, "unit")
    name, value = named[0], raw[named[0]]
    if isinstance(value, str):
        if "unit" in raw:
            reader.at("unit").fault(_("A named period has no unit beside it."))
        unit = _unit(value, PERIODS, reader.at(name))
        return Window(unit=unit, step={"this": 0, "next": 1}.get(name, -1))
    if name not in ("last", "next"):
        reader.at(name).fault(_("Write one of: %(names)s.") % {"names": ", ".join(PERIODS)})
    unit = _unit(raw.get("unit", "day"), ROLLING, reader.at("unit"))
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= FARTHEST[unit]:
        reader.at(name).fault(
            _("Write a whole number from 0 to %(most)s.") % {"most": FARTHEST[unit]}
        )
    return Window(count=-value if name == "last" else value, unit=unit)


_NAMES = "last, next, this, previous, from, to"
_SPELLINGS = {"fiscal year": "fiscal_year", "fiscalyear": "fiscal_year"}


def _unit(raw: Any, known: tuple[str, ...], reader: Reader) -> str:
    word = raw.strip().lower() if isinstance(raw, str) else ""
    word = _SPELLINGS.get(word, word)
    word = word if word in known else word.removesuffix("s")
    if word not in known:
        reader.fault(_("Write one of: %(names)s.") % {"names": ", ".join(known)})
    return word


def _instant(bound: date | datetime | None, at: Moment) -> datetime | None:
    if bound is None:
        return None
    if not isinstance(bound, datetime):
        return at.midnight(bound)
    return bound if bound.tzinfo else bound.replace(tzinfo=at.zone)


def _shown(bound: date | datetime | None) -> str:
    if bound is None:
        return ""
    if isinstance(bound, datetime):
        return date_format(bound, "DATETIME_FORMAT")
    return date_format(bound)


def _past_words(n: int, unit: str) -> str:
    words = {
        "hour": ngettext("the last hour", "the last %(n)s hours", n),
        "day": ngettext("the last day", "the last %(n)s days", n),
        "week": ngettext("the last week", "the last %(n)s weeks", n),
        "month": ngettext("the last month", "the last %(n)s months", n),
        "quarter": ngettext("the last quarter", "the last %(n)s quarters", n),
        "year": ngettext("the last year", "the last %(n)s years", n),
    }
    return words[unit] % {"n": n}


def _coming_words(n: int, unit: str) -> str:
    words = {
        "hour": ngettext("the next hour", "the next %(n)s hours", n),
        "day": ngettext("the next day", "the next %(n)s days", n),
        "week": ngettext("the next week", "the next %(n)s weeks", n),
        "month": ngettext("the next month", "the next %(n)s months", n),
        "quarter": ngettext("the next quarter", "the next %(n)s quarters", n),
        "year": ngettext("the next year", "the next %(n)s years", n),
    }
    return words[unit] % {"n": n}


def _period_words(unit: str, step: int) -> str:
    words = {
        "day": (_("yesterday"), pgettext("rule", "today"), _("tomorrow")),
        "week": (_("the week before this"), _("this week"), _("next week")),
        "month": (_("the month before this"), _("this month"), _("next month")),
        "quarter": (_("the quarter before this"), _("this quarter"), _("next quarter")),
        "year": (_("the year before this"), _("this year"), _("next year")),
        "fiscal_year": (
            _("the fiscal year before this"),
            _("this fiscal year"),
            _("next fiscal year"),
        ),
    }
    return words[unit][step + 1]
