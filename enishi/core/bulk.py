"""Set-based writing: rows by COPY, work tables that vanish with their transaction."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import OperationalError, connection, transaction
from psycopg import Cursor, sql
from psycopg.errors import QueryCanceled


class TooSlow(Exception):
    """The question took longer than it may."""


@contextmanager
def raw_cursor() -> Iterator[Cursor[Any]]:
    """The psycopg cursor below Django's, in the same transaction."""
    with connection.cursor() as cursor:
        yield cursor.cursor


def copy_rows(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """COPY ``rows`` (values in the order of ``columns``) into ``table``; returns how many."""
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    count = 0
    with raw_cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)
            count += 1
    return count


def copy_csv(table: str, columns: Sequence[str], chunks: Iterable[bytes]) -> None:
    """COPY ready CSV bytes (UTF-8, comma, quotes doubled, NULL as an unquoted empty cell)."""
    statement = sql.SQL("COPY {} ({}) FROM STDIN WITH (FORMAT csv)").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    with raw_cursor() as cursor, cursor.copy(statement) as copy:
        for chunk in chunks:
            copy.write(chunk)


def run(statement: str, params: Sequence[Any] | dict[str, Any] = ()) -> int:
    """Run one SQL statement; returns the number of rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return int(cursor.rowcount)


def run_prepared(statement: str, params: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Run a statement that a connection repeats thousands of times; returns its rows.

    The server parses and plans it once a connection, the values travel beside it. Only for
    processes that keep a connection of their own: a pooler between would mix the names up.
    """
    connection.ensure_connection()
    inner = connection.connection
    inner.prepare_threshold = 1
    with Cursor(inner) as cursor:
        cursor.execute(statement, params, prepare=True)
        return cursor.fetchall()


def rows(statement: str, params: Sequence[Any] | dict[str, Any] = ()) -> list[tuple[Any, ...]]:
    """Run one SQL query and return all its rows."""
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return list(cursor.fetchall())


@contextmanager
def patience(milliseconds: int) -> Iterator[None]:
    """Give up each question asked inside after so long. Raises TooSlow; what was read before, and
    the transaction around, stay."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('statement_timeout')")
        usual = cursor.fetchone()[0]
        cursor.execute("SELECT set_config('statement_timeout', %s, true)", [f"{milliseconds}ms"])
        try:
            with transaction.atomic():
                yield
        except OperationalError as error:
            if not isinstance(error.__cause__, QueryCanceled):
                raise
            raise TooSlow from error
        finally:
            cursor.execute("SELECT set_config('statement_timeout', %s, true)", [usual])
