"""Set-based writing: rows by COPY, work tables that vanish with their transaction."""

import itertools
import select
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

from django.db import OperationalError, connection, transaction
from psycopg import Cursor, sql
from psycopg.errors import DeadlockDetected, QueryCanceled, error_from_result
from psycopg.pq import ExecStatus
from psycopg.pq.abc import PGresult

T = TypeVar("T")
TRIES = 5  # of what met a deadlock
PAUSE = 0.02  # seconds before it is tried again, each time more: the other one is to go on first


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


class Prepared:
    """A statement that one connection repeats thousands of times, on which the server works while
    its asker does something else. It gives rows of one whole number each.

    The server parses and plans it once, the values ($1, $2 …) travel beside it. Outside of a
    transaction it is one of its own. Only for processes that keep a connection of their own: a
    pooler between would mix the names up.
    """

    _names = itertools.count(1)

    def __init__(self, statement: str) -> None:
        connection.ensure_connection()
        self._server = connection.connection.pgconn
        self._name = b"enishi_%d" % next(self._names)
        self._values: list[bytes | None] = []
        _refuse_failed(self._server.prepare(self._name, statement.encode()))

    def ask(self, *values: object) -> None:
        """Begin. Nothing else may be asked on this connection before ``answer``."""
        self._values = [None if one is None else str(one).encode() for one in values]
        self._send()

    def answer(self) -> list[int]:
        """Wait until it is done, and committed. What met a deadlock is asked anew."""
        for number in range(1, TRIES):
            try:
                return self._answer()
            except DeadlockDetected:
                time.sleep(PAUSE * number)
                self._send()
        return self._answer()

    def _send(self) -> None:
        self._server.send_query_prepared(self._name, self._values)
        self._server.flush()

    def _answer(self) -> list[int]:
        server, poll = self._server, select.poll()
        poll.register(server.socket, select.POLLIN)
        found: list[int] = []
        failed: PGresult | None = None
        while True:
            while server.flush() or server.is_busy():
                poll.poll(100)
                server.consume_input()
            result = server.get_result()
            if result is None:
                break
            failed = result if result.status not in _WELL else failed
            found += [int(result.get_value(row, 0) or 0) for row in range(result.ntuples)]
        if failed is not None:
            raise error_from_result(failed)
        return found


_WELL = (ExecStatus.COMMAND_OK, ExecStatus.TUPLES_OK)


def _refuse_failed(result: PGresult) -> None:
    if result.status not in _WELL:
        raise error_from_result(result)


def again_on_deadlock(work: Callable[[], T]) -> T:
    """Run ``work`` as one transaction, and anew when the database gave it up because another one
    waited for it in turn. ``work`` must not change what it begins with."""
    for number in range(1, TRIES):
        try:
            with transaction.atomic():
                return work()
        except OperationalError as error:
            if not isinstance(error.__cause__, DeadlockDetected):
                raise
        time.sleep(PAUSE * number)
    with transaction.atomic():
        return work()


def not_waiting_for_the_disk() -> None:
    """The transaction, once done, may be lost in a power cut, together with all that came behind
    it and before the next that waits. For what is then done again, or told as uncertain."""
    run("SET LOCAL synchronous_commit = off")


def rows(statement: str, params: Sequence[Any] | dict[str, Any] = ()) -> list[tuple[Any, ...]]:
    """Run one SQL query and return all its rows."""
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return list(cursor.fetchall())


@contextmanager
def patience(milliseconds: int) -> Iterator[None]:
    """Give up each question asked inside after so long. Raises TooSlow; what was read before, and
    the transaction around, stay. For reading alone: what is written inside is taken back."""
    with transaction.atomic():
        before = transaction.savepoint()
        try:
            rows("SELECT set_config('statement_timeout', %s, true)", [f"{milliseconds}ms"])
            yield
        except OperationalError as error:
            if not isinstance(error.__cause__, QueryCanceled):
                raise
            raise TooSlow from error
        finally:
            _back_to(before)


def _back_to(savepoint: str) -> None:
    """Take back all since, the limit too: until then it holds for this as well, and a busy machine
    may need longer. What was given up is asked again."""
    transaction.set_rollback(False)
    while True:
        try:
            transaction.savepoint_rollback(savepoint)
            return
        except OperationalError as error:
            if not isinstance(error.__cause__, QueryCanceled):
                raise
