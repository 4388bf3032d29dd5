"""When a rule is asked, and what the calendar of the organisation makes of it."""

import calendar
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Self
from zoneinfo import ZoneInfo

from enishi.core import clock
from enishi.core.models import Organisation

ROLLING = ("hour", "day", "week", "month", "quarter", "year")
PERIODS = ("day", "week", "month", "quarter", "year", "fiscal_year")


@dataclass(frozen=True)
class Moment:
    """The instant of the question, in the organisation's zone and fiscal year.

    Weeks begin on Monday; quarters are those of the calendar year.
    """

    now: datetime
    zone: ZoneInfo
    fiscal_start: int = 4
    as_of: date | None = None  # set where the answer of another day is wanted
    few: bool = False  # only a few members are asked about: look at the rows of each

    @classmethod
    def current(cls, as_of: date | None = None) -> Self:
        """Now; with ``as_of`` the end of that day."""
        organisation = Organisation.current()
        zone = ZoneInfo(organisation.zone)
        now = clock.now()
        if as_of is not None:
            now = midnight(as_of + timedelta(days=1), zone) - timedelta(microseconds=1)
        return cls(now, zone, organisation.fiscal_year_start, as_of)

    @property
    def today(self) -> date:
        return self.now.astimezone(self.zone).date()

    def of_few(self) -> Self:
        """The same moment, for a question about some hundreds of members at the most."""
        return replace(self, few=True)

    def midnight(self, day: date) -> datetime:
        """When ``day`` begins, in UTC."""
        return midnight(day, self.zone)

    def shifted(self, count: int, unit: str) -> datetime:
        """``now`` moved by so many units: months and years by the calendar of the zone."""
        if unit in ("hour", "day", "week"):
            return self.now + count * _LENGTHS[unit]
        local = self.now.astimezone(self.zone)
        day = moved(local.date(), count, unit)
        return local.replace(year=day.year, month=day.month, day=day.day).astimezone(UTC)

    def period(self, unit: str, step: int) -> tuple[date, date]:
        """First day of a period and of the one behind it; ``step`` 0 is this one, 1 the next."""
        first = self._start(unit)
        if unit == "fiscal_year":
            unit = "year"
        return moved(first, step, unit), moved(first, step + 1, unit)

    def _start(self, unit: str) -> date:
        today = self.today
        match unit:
            case "week":
                return today - timedelta(days=today.weekday())
            case "month":
                return today.replace(day=1)
            case "quarter":
                return date(today.year, (today.month - 1) // 3 * 3 + 1, 1)
            case "year":
                return date(today.year, 1, 1)
            case "fiscal_year":
                year = today.year - (today.month < self.fiscal_start)
                return date(year, self.fiscal_start, 1)
        return today


_LENGTHS = {
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
    "week": timedelta(weeks=1),
}
_MONTHS = {"month": 1, "quarter": 3, "year": 12}


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """When the day begins; held at the first and last moment that there is."""
    try:
        return datetime.combine(day, time(0), tzinfo=zone).astimezone(UTC)
    except OverflowError:
        first, last = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
        return first if day.year == 1 else last


def moved(day: date, count: int, unit: str) -> date:
    """``day`` moved by whole units; the 31st becomes the last day of a shorter month.

    What lies beyond the years that a date can have is held at the first or last day.
    """
    try:
        if unit in ("day", "week"):
            return day + timedelta(days=count * (7 if unit == "week" else 1))
        months = day.year * 12 + day.month - 1 + count * _MONTHS[unit]
        year, month = months // 12, months % 12 + 1
        return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))
    except (ValueError, OverflowError, IndexError):
        return date.min if count < 0 else date.max


def years_before(day: date, years: int) -> date:
    """Who was born on this day or before is ``years`` old on ``day``.

    Whoever was born on 29 February grows older on 1 March in common years.
    """
    year = min(max(day.year - years, 1), 9999)
    try:
        return day.replace(year=year)
    except ValueError:
        return date(year, 2, 28)
