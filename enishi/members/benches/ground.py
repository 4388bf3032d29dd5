"""Where benches run: a database of their own beside the real one, with a seeded roll in it."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from psycopg import sql

from enishi.core.bulk import rows
from enishi.members.seed import seed

NAME = "enishi_bench"
USUAL = 1_000_000


def members_wanted() -> int:
    """How many members a bench works with: ``ENISHI_BENCH_MEMBERS``, a million without it."""
    return int(os.environ.get("ENISHI_BENCH_MEMBERS", "") or USUAL)


def say(text: str) -> None:
    """Progress goes where it does not disturb the figures."""
    print(text, file=sys.stderr, flush=True)  # noqa: T201


@contextmanager
def seeded(members: int) -> Iterator[dict[str, float]]:
    """Inside, the connection leads to the bench database with at least ``members`` members.

    Gives the seconds that seeding took by step, empty if an earlier run had seeded already. The
    database is kept for the next run; ``DROP DATABASE enishi_bench`` frees its room.
    """
    with elsewhere(NAME):
        [[there]] = rows("SELECT count(*) FROM members_member")
        took: dict[str, float] = {}
        if there < members:
            say(f"seeding {members - there:,} members …")
            took = seed(members - there, say=say).seconds
            with connection.cursor() as cursor:  # as autovacuum would have done by the evening
                cursor.execute("VACUUM (ANALYZE)")
        yield took


@contextmanager
def empty() -> Iterator[None]:
    """Inside, the connection leads to a new database with nobody on the roll."""
    name = f"{NAME}_empty"
    connection.close()
    with connection._nodb_cursor() as cursor:  # noqa: SLF001
        cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(_named(name)))
    with elsewhere(name):
        yield
    with connection._nodb_cursor() as cursor:  # noqa: SLF001
        cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(_named(name)))


def _named(name: str) -> sql.Identifier:
    return sql.Identifier(name)


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
