"""How far a job is, told while its own transaction is still open."""

import contextlib
import threading
import time

from django.db import DatabaseError, connection
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg.pq import TransactionStatus

_EVERY = 0.4  # seconds between two writes


class JobCancelled(Exception):
    """Somebody has cancelled the job; what it did is rolled back."""


class Interrupted(Exception):
    """The worker is going down; the job goes back into the queue and starts again later."""


_stopping = threading.Event()


def interrupt_all() -> None:
    """Make every job of this process stop at its next sign of progress."""
    _stopping.set()


class Progress:
    """What a job's function reports to. Cheap to call for every row: it writes twice a second.

    It writes on a connection of its own, so that the office sees it at once. A job must therefore
    not change its own row in ``core_job``.
    """

    def __init__(self, job_id: int, *, same_connection: bool = False) -> None:
        self._job_id = job_id
        self._connection: BaseDatabaseWrapper = connection if same_connection else connection.copy()
        self._is_own = not same_connection
        self._done = 0
        self._total: int | None = None
        self._unit_note = ""
        self._note = ""
        self._changed = False
        self._cancelled = False
        self._looked = 0.0

    def start(self, total: int | None, unit_note: str = "") -> None:
        """Begin (again) at nothing out of ``total``; None when nobody can know the total."""
        self._done, self._total, self._unit_note = 0, total, unit_note
        self._changed = True
        self.flush()

    def advance(self, count: int = 1) -> None:
        """``count`` more are done."""
        self.at(self._done + count)

    def at(self, done: int) -> None:
        """``done`` are done now."""
        self._done = done
        self._changed = True
        self._now_and_then()

    def say(self, text: str) -> None:
        """Tell what is being done, in a few words. Written at once: a long silence may follow."""
        self._note = text[:300]
        self._changed = True
        self._looked = 0.0
        self._now_and_then()

    def stop_if_cancelled(self) -> None:
        """Raise JobCancelled when somebody asked for it. Call it at every good place to stop."""
        self._now_and_then()
        if self._cancelled:
            raise JobCancelled

    def flush(self) -> None:
        """Write the numbers now and look whether the job was cancelled."""
        self._looked = time.monotonic()
        if not self._is_own and self._is_copying():
            return  # the one connection that there is would wait for itself
        values = [self._done, self._total, self._unit_note, self._note, self._job_id]
        change = "SET done = %s, total = %s, unit_note = %s, note = %s" if self._changed else ""
        statement = (
            f"UPDATE core_job {change} WHERE id = %s RETURNING cancel_requested"
            if change
            else "SELECT cancel_requested FROM core_job WHERE id = %s"
        )
        try:
            with self._connection.cursor() as cursor:
                if self._is_own:
                    cursor.execute("SET lock_timeout = '2s'")
                cursor.execute(statement, values if change else values[-1:])
                row = cursor.fetchone()
        except DatabaseError:
            if not self._is_own:
                raise
            self.close()  # the work itself matters more; the next write connects anew
            return
        self._changed = False
        self._cancelled = bool(row and row[0])

    def close(self) -> None:
        """Give the connection back."""
        if self._is_own:
            with contextlib.suppress(DatabaseError):
                self._connection.close()

    def _is_copying(self) -> bool:
        raw = self._connection.connection
        return bool(raw and raw.pgconn.transaction_status == TransactionStatus.ACTIVE)

    def _now_and_then(self) -> None:
        if _stopping.is_set():
            raise Interrupted
        if time.monotonic() - self._looked >= _EVERY:
            self.flush()
