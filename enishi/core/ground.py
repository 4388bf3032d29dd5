"""Where benches run: databases of their own beside the real one, with seeded data in them."""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from psycopg import sql

from enishi.core.bulk import rows
from enishi.core.seeding import SEEDERS

NAME = "enishi_bench"
USUAL = 1_000_000


def members_wanted() -> int:
    """How many members a bench works with: ``ENISHI_BENCH_MEMBERS``, a million without it."""
    return int(os.environ.get("ENISHI_BENCH_MEMBERS", "") or USUAL)


def activities_wanted() -> int:
    """How many activities: ``ENISHI_BENCH_ACTIVITIES``, ten for each member without it."""
    return int(os.environ.get("ENISHI_BENCH_ACTIVITIES", "") or members_wanted() * 10)


def say(text: str) -> None:
    """Progress goes where it does not disturb the figures."""
    print(text, file=sys.stderr, flush=True)  # noqa: T201


@contextmanager
def filled(members: int, activities: int = 0, *, name: str = NAME) -> Iterator[dict[str, float]]:
    """Inside, the connection leads to the bench database with at least so much in it.

    Gives the seconds that seeding took by step, empty if an earlier run had seeded already. The
    database is kept for the next run; ``DROP DATABASE`` with its name frees its room.
    """
    took: dict[str, float] = {}

    @contextmanager
    def step(part: str) -> Iterator[None]:
        began = time.monotonic()
        yield
        took[part] = round(time.monotonic() - began, 2)
        say(f"  {part}: {took[part]:.1f} s")

    with elsewhere(name):
        for what, table, wanted in (
            ("members", "members_member", members),
            ("activities", "activity_seenid", activities),
        ):
            there = rows(f"SELECT count(*) FROM {table}")[0][0] if wanted else 0  # noqa: S608
            if there < wanted:
                say(f"seeding {wanted - there:,} {what} …")
                SEEDERS[what](wanted - there, step)
        if took:
            with connection.cursor() as cursor:  # as autovacuum would have done by the evening
                cursor.execute("VACUUM (ANALYZE)")
        yield took


@contextmanager
def empty() -> Iterator[None]:
    """Inside, the connection leads to a new database with nobody on the roll."""
    name = f"{NAME}_empty"
    drop(name)
    with elsewhere(name):
        yield
    drop(name)


def drop(name: str) -> None:
    """Give a bench database up."""
    connection.close()
    with connection._nodb_cursor() as cursor:  # noqa: SLF001
        named = sql.Identifier(name)
        cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(named))


@contextmanager
def elsewhere(name: str) -> Iterator[None]:
    """Inside, the connection leads to the database ``name``, made and migrated if need be."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        if cursor.fetchone() is None:
            cursor.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    connection.close()
    before = connection.settings_dict["NAME"]
    settings.DATABASES["default"]["NAME"] = connection.settings_dict["NAME"] = name
    try:
        call_command("migrate", verbosity=0, interactive=False)
        call_command("createcachetable", verbosity=0)
        yield
    finally:
        connection.close()
        settings.DATABASES["default"]["NAME"] = connection.settings_dict["NAME"] = before


__all__ = [
    "NAME",
    "USUAL",
    "activities_wanted",
    "drop",
    "elsewhere",
    "empty",
    "filled",
    "members_wanted",
    "say",
]
