"""Bring the database up to date, once, however many processes ask for it."""

from django.core.management import call_command
from django.db import connection

_LOCK = 0x456E6973  # "Enis": one process migrates, the others wait for it


def prepare(verbosity: int = 0) -> None:
    """Run the migrations and make the cache table. Safe on a running system and from anywhere."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
    try:
        call_command("migrate", verbosity=verbosity, interactive=False)
        call_command("createcachetable", verbosity=0)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])


def is_current() -> bool:
    """Whether no migration waits."""
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())
