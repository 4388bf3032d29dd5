"""Load into bare tables: indexes and foreign keys go, and are made again when all rows are in."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

from django.db import connection

from enishi.core.bulk import rows

_CONSTRAINTS = """
    SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE conrelid = %s::regclass AND contype IN ('f', 'u') ORDER BY contype DESC, conname
"""
_INDEXES = """
    SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
    WHERE indrelid = %s::regclass AND NOT indisprimary
        AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
    ORDER BY 1
"""


@contextmanager
def without_indexes(table: str, building: AbstractContextManager[None]) -> Iterator[None]:
    """Inside a transaction: the table without its indexes, but for the primary key.

    They are built again inside ``building``. Nobody else can read or write the table until the
    transaction ends.
    """
    constraints = rows(_CONSTRAINTS, [table])
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE", None)  # nothing may wait for these tables
        cursor.execute("SET CONSTRAINTS ALL DEFERRED", None)
        for name, _ in constraints:
            cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"', None)
        indexes = rows(_INDEXES, [table])
        for name, _ in indexes:
            cursor.execute(f"DROP INDEX {name}", None)
        yield
        with building:
            for _, definition in indexes:
                cursor.execute(definition, None)
            for name, definition in constraints:
                cursor.execute(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}', None)
