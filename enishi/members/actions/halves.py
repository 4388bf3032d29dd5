"""Work on many rows over two connections at once: both end well, or neither does.

An index is written by one process of the database, so that one connection uses one processor.
"""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from queue import SimpleQueue
from typing import Any

from django.db import connection, transaction

CONNECTIONS = 2


class _TakenBack(Exception):
    """The others did not end well."""


class _Half(threading.Thread):
    """One transaction: it takes part after part, and waits with its end for the others."""

    def __init__(
        self, waiting: deque[Any], step: Callable[[Any], None], told: SimpleQueue[Any]
    ) -> None:
        super().__init__(daemon=True)
        self._waiting, self._step, self._told = waiting, step, told
        self._decided = threading.Event()
        self._good = False

    def run(self) -> None:
        try:
            with transaction.atomic():
                while self._waiting and not self._decided.is_set():
                    try:
                        part = self._waiting.popleft()
                    except IndexError:
                        break
                    self._step(part)
                    self._told.put(len(part))
                connection.check_constraints()  # nothing is left that could fail at the end
                self._told.put(None)
                self._decided.wait()
                if not self._good:
                    raise _TakenBack
        except _TakenBack:
            pass
        except Exception as error:  # noqa: BLE001 - told by the asking thread
            self._told.put(error)
        finally:
            connection.close()

    def end(self, *, good: bool) -> None:
        self._good = good
        self._decided.set()


def all_or_nothing(
    parts: Sequence[Sequence[Any]], step: Callable[[Any], None], progress: Any = None
) -> None:
    """Run ``step`` over all ``parts``, each of them once; whatever it raises undoes all of it.

    Inside a transaction, or for a single part, this happens in the caller's. Else a process that
    is killed between the two last words leaves one half behind: ``step`` must then know from the
    database what was done, for it is asked again.
    """
    if progress is not None:
        progress.start(sum(map(len, parts)))
    if connection.in_atomic_block or len(parts) < CONNECTIONS:
        with transaction.atomic():
            done = 0
            for part in parts:
                step(part)
                done = _tell(progress, done + len(part))
        return
    told: SimpleQueue[Any] = SimpleQueue()
    waiting = deque(parts)
    halves = [_Half(waiting, step, told) for _number in range(CONNECTIONS)]
    for half in halves:
        half.start()
    good = False
    try:
        _follow(told, progress)
        good = True
    finally:
        for half in halves:
            half.end(good=good)
        for half in halves:
            half.join()
    while not told.empty():
        if isinstance(error := told.get(), Exception):
            raise error


def _follow(told: SimpleQueue[Any], progress: Any) -> None:
    """Wait until all halves are through. Raises what one of them did, or JobCancelled."""
    done = through = 0
    while through < CONNECTIONS:
        said = told.get()
        if isinstance(said, Exception):
            raise said
        if said is None:
            through += 1
        else:
            done = _tell(progress, done + said)


def _tell(progress: Any, done: int) -> int:
    if progress is not None:
        progress.stop_if_cancelled()
        progress.at(done)
    return done
