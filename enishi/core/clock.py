"""The only source of "now". Tests and forecasts move it; everything else asks it."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime, time, timedelta

from django.utils import timezone

_shift: ContextVar[timedelta] = ContextVar("clock_shift", default=timedelta(0))


def now() -> datetime:
    """The current instant, in UTC-aware form."""
    return timezone.now() + _shift.get()


def today() -> date:
    """The current day in the zone that is active (the organisation's)."""
    return timezone.localdate(now())


@contextmanager
def at(moment: datetime | date) -> Iterator[None]:
    """Move the clock to ``moment`` (noon of it, for a date); it runs on from there."""
    if not isinstance(moment, datetime):
        moment = datetime.combine(moment, time(12))
    if timezone.is_naive(moment):
        moment = timezone.make_aware(moment)
    token = _shift.set(moment - timezone.now())
    try:
        yield
    finally:
        _shift.reset(token)
