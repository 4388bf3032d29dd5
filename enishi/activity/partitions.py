"""The months of the stream: made ahead, made on demand for old data, dropped when kept enough.

A month is made as a table of its own and then attached, which stops neither readers nor writers.
Years long past, and years far ahead, are one partition each, so that a list of births imported as
activities does not make a thousand.
"""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime

from django.db import connection, transaction

from enishi.core import clock
from enishi.core.bulk import rows

STREAM = "activity_activity"
_NAME = re.compile(rf"{STREAM}_(\d{{4}})(?:_(\d\d))?")
_LOCK = 0x61637469  # "acti": one process makes partitions at a time
MONTHLY_YEARS = 2  # years before this one that are kept by month

Month = tuple[int, int]


def month_of(at: datetime) -> Month:
    """The month in UTC that ``at`` (aware) lies in."""
    at = at.astimezone(UTC)
    return at.year, at.month


def present() -> set[str]:
    """Names of all partitions that there are."""
    return {
        name
        for (name,) in rows(
            "SELECT relname::text FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid"
            " WHERE inhparent = %s::regclass",
            [STREAM],
        )
    }


def span_of(name: str) -> tuple[date, date]:
    """First day of a partition, and the day after its last."""
    found = _NAME.fullmatch(name)
    if found is None:
        raise ValueError(name)
    year = int(found[1])
    if found[2] is None:
        return date(year, 1, 1), date(year + 1, 1, 1)
    month = int(found[2])
    return date(year, month, 1), date(year + month // 12, month % 12 + 1, 1)


def missing(months: Iterable[Month]) -> list[Month]:
    """Those of ``months`` that no partition holds yet."""
    there = present()
    return sorted(
        (year, month)
        for year, month in set(months)
        if _monthly(year, month) not in there and _yearly(year) not in there
    )


def ensure(months: Iterable[Month]) -> None:
    """Make what is missing for ``months``, in the caller's transaction."""
    if not missing(wanted := set(months)):
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        for year, month in missing(wanted):
            there = present()
            if _yearly(year) in there:
                continue  # made for an earlier one of ``months``
            name = _monthly(year, month)
            if _by_year(year) and not any(n.startswith(f"{_yearly(year)}_") for n in there):
                name = _yearly(year)
            begin, end = span_of(name)
            cursor.execute(
                f"CREATE TABLE {name} (LIKE {STREAM} INCLUDING DEFAULTS INCLUDING CONSTRAINTS)"
            )
            cursor.execute(
                f"ALTER TABLE {STREAM} ATTACH PARTITION {name}"
                f" FOR VALUES FROM ('{begin} 00:00:00+00') TO ('{end} 00:00:00+00')"
            )


def ahead(months: int = 3) -> None:
    """This month and the next ``months``."""
    year, month = month_of(clock.now())
    first = year * 12 + month - 1
    ensure((n // 12, n % 12 + 1) for n in range(first, first + months + 1))


def over_before(day: date) -> list[str]:
    """Partitions that lie wholly before ``day``, the oldest first."""
    return sorted(name for name in present() if span_of(name)[1] <= day)


def size_of(names: Iterable[str]) -> int:
    """About how many rows these hold; those that were never looked at are counted."""
    found = 0
    for name, estimate in rows(
        "SELECT relname::text, reltuples FROM pg_class JOIN pg_inherits ON oid = inhrelid"
        " WHERE inhparent = %s::regclass AND relname = ANY(%s)",
        [STREAM, list(names)],
    ):
        counted = rows(f"SELECT count(*) FROM {name}")[0][0] if estimate < 0 else estimate  # noqa: S608
        found += int(counted)
    return found


def drop(name: str) -> None:
    """Give a partition up, with what the ledger of ids knows of it."""
    span_of(name)  # a name of ours, or nothing
    with connection.cursor() as cursor:
        cursor.execute(
            f"DELETE FROM activity_seenid AS seen USING {name} AS old WHERE old.id = seen.id"  # noqa: S608
        )
        cursor.execute(f"DROP TABLE {name}")


def _monthly(year: int, month: int) -> str:
    return f"{STREAM}_{year:04}_{month:02}"


def _yearly(year: int) -> str:
    return f"{STREAM}_{year:04}"


def _by_year(year: int) -> bool:
    now = clock.now().year
    return not now - MONTHLY_YEARS <= year <= now + 1
