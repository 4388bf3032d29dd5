"""A table without its indexes while very many rows come in."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from enishi.core.bulk import rows

_UNIQUE = """
    SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE conrelid = %s::regclass AND contype = 'u' ORDER BY conname
"""
_INDEXES = """
    SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
    WHERE indrelid = %s::regclass AND NOT indisprimary
        AND coalesce(pg_get_expr(indpred, indrelid), '') NOT LIKE '(NOT (%%IS NULL))'
        AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
    ORDER BY 1
"""


@contextmanager
def without_indexes(table: str) -> Iterator[None]:
    """Inside a transaction: ``table`` has its primary key and foreign keys, but no other index.

    Only the indexes of what few rows have stay: those of rows where a column is not NULL.
    They are built again at the end. Nobody else can use the table until the transaction ends.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE", None)  # nothing may wait for the table
        unique = rows(_UNIQUE, [table])
        for name, _ in unique:
            cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"', None)
        indexes = rows(_INDEXES, [table])
        for name, _ in indexes:
            cursor.execute(f"DROP INDEX {name}", None)
        cursor.execute("SET CONSTRAINTS ALL DEFERRED", None)
        yield
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE", None)
        for _, definition in indexes:
            cursor.execute(definition, None)
        for name, definition in unique:
            cursor.execute(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}', None)
