"""Hits on their way: appended to a file of the process, and from there stored in sets.

    spool = Spool("visits")
    spool.append(b"…\\n")                 in a request: safe when it returns
    spool.drain_for_ever(store)          in a thread of a web process

A hit is acknowledged when it is in the file, so a killed process loses none: its file is taken up
by the next one. Should the whole machine lose power, hits of the last second may go with it.
"""

import fcntl
import logging
import os
import secrets
import threading
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.db import connection

LARGEST_PART = 4_000_000  # bytes stored in one transaction
_log = logging.getLogger("enishi.spool")

Store = Callable[[list[bytes]], int]


class Spool:
    """The files of one name. The lock on a file says that its process still writes to it."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._lock = threading.Lock()
        self._number = -1
        self._process = 0
        self._draining = 0

    def folder(self) -> Path:
        """Where the files lie."""
        path = Path(settings.DATA_DIR) / self.name
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
        return path

    def append(self, line: bytes) -> None:
        """Write one line, whole or not at all."""
        with self._lock:
            if self._process != os.getpid():
                self._open()
            written = os.write(self._number, line)
            if written != len(line):  # the disk is full: half a line is not a hit
                os.ftruncate(self._number, os.fstat(self._number).st_size - written)
                raise OSError("The disk is full.")

    def _open(self) -> None:
        ways = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
        while True:
            path = self.folder() / f"{os.getpid()}-{secrets.token_hex(6)}.hits"
            number = os.open(path, ways, 0o600)
            fcntl.flock(number, fcntl.LOCK_EX)
            if path.exists():
                break
            os.close(number)  # before the lock, somebody took it for left behind and deleted it
        self._number, self._process = number, os.getpid()

    def close(self) -> None:
        """Leave the file to whoever stores it; the next line begins a new one."""
        with self._lock:
            if self._process == os.getpid() and os.fstat(self._number).st_size:
                os.close(self._number)
                self._process = 0

    def drain(self, store: Store) -> int:
        """Give the lines of every file that nobody writes to any more to ``store``; delete it.

        ``store`` commits, and knows hits that it has stored before; a file stays until it is
        through.
        """
        stored = 0
        for path in sorted(self.folder().glob("*.hits")):
            try:
                number = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
            except FileNotFoundError:
                continue
            try:
                fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
                with os.fdopen(os.dup(number), "rb") as file:
                    while lines := file.readlines(LARGEST_PART):
                        stored += store([line for line in lines if line.endswith(b"\n")])
                path.unlink(missing_ok=True)
            except BlockingIOError:
                continue  # its process lives, or another one is storing it
            finally:
                os.close(number)
        return stored

    def drain_for_ever(self, store: Store, every: float = 1.0) -> None:
        """In a thread of a web process: store what has come in, again and again."""
        pause = threading.Event()
        while not pause.wait(every):
            try:
                self.close()
                self.drain(store)
            except Exception:  # noqa: BLE001 - the hits lie safely; try again
                _log.exception("hits could not be stored; they are kept")
            finally:
                connection.close()

    def drain_here(self, store: Store) -> None:
        """See to it that a web process drains what it takes; call it for each hit, it is cheap."""
        if self._draining == os.getpid() or os.environ.get("ENISHI_ROLE") != "web":
            return
        with self._lock:
            if self._draining == os.getpid():
                return
            self._draining = os.getpid()
        threading.Thread(
            target=self.drain_for_ever, args=(store,), daemon=True, name=self.name
        ).start()
