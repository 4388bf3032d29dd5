"""Connections that are kept between mails, for the threads of one process."""

import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import lru_cache

from .bundle import Bundle
from .connection import Connection, Server

IDLE_SECONDS = 20  # older ones are not trusted any more
ASK_AFTER = 5  # seconds of rest after which a connection must answer first
MOST_MAILS = 500  # over one connection


class Pool:
    """Lends connections to one server; each to one borrower at a time."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self._idle: list[tuple[float, Connection]] = []
        self._lock = threading.Lock()

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        """A connection that is alive or will open itself; it goes back afterwards."""
        lent = self._take()
        try:
            yield lent
        except BaseException:
            lent.drop()
            raise
        if lent.is_open and lent.sent < MOST_MAILS:
            with self._lock:
                self._idle.append((time.monotonic(), lent))
        else:
            lent.close()

    @contextmanager
    def bundle(self, count: int) -> Iterator[Bundle]:
        """So many connections for one thread."""
        with ExitStack() as stack:
            yield Bundle([stack.enter_context(self.connection()) for _ in range(count)])

    def _take(self) -> Connection:
        while True:
            with self._lock:
                if not self._idle:
                    return Connection(self.server)
                since, kept = self._idle.pop()
            rested = time.monotonic() - since
            if rested > IDLE_SECONDS:
                kept.drop()
            elif rested < ASK_AFTER or kept.is_alive():
                return kept

    def close(self) -> None:
        """Say good-bye on every connection that rests."""
        with self._lock:
            resting, self._idle = self._idle, []
        for _since, kept in resting:
            kept.close()


@lru_cache(maxsize=8)
def pool(server: Server) -> Pool:
    """The one pool of this process for ``server``."""
    return Pool(server)
