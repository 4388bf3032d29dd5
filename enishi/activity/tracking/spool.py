"""Hits on their way: appended to a file of the process, and from there stored in sets.

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

LARGEST_PART = 4_000_000  # bytes stored in one transaction
_log = logging.getLogger("enishi.tracking")


def folder() -> Path:
    """Where the files lie."""
    path = Path(settings.DATA_DIR) / "visits"
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    return path


class Spool:
    """The file of this process. Its lock says that somebody still writes to it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._number = -1
        self._process = 0

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
        path = folder() / f"{os.getpid()}-{secrets.token_hex(6)}.hits"
        self._number = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(self._number, fcntl.LOCK_EX)
        self._process = os.getpid()

    def close(self) -> None:
        """Leave the file to whoever stores it; the next line begins a new one."""
        with self._lock:
            if self._process == os.getpid() and os.fstat(self._number).st_size:
                os.close(self._number)
                self._process = 0


spool = Spool()


def drain(store: Callable[[list[bytes]], int]) -> int:
    """Give the lines of every file that nobody writes to any more to ``store``, then delete it.

    ``store`` commits, and knows hits that it has stored before; a file stays until it is through.
    """
    stored = 0
    for path in sorted(folder().glob("*.hits")):
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


def drain_for_ever(store: Callable[[list[bytes]], int], every: float = 1.0) -> None:
    """In a thread of a web process: store what has come in, again and again."""
    from django.db import connection

    pause = threading.Event()
    while not pause.wait(every):
        try:
            spool.close()
            drain(store)
        except Exception:  # noqa: BLE001 - the hits lie safely; try again
            _log.exception("visits could not be stored; they are kept")
        finally:
            connection.close()
