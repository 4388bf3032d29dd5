"""Visits on their way to the stream."""

from pathlib import Path

from enishi.core.spool import Spool, Store

spool = Spool("visits")


def folder() -> Path:
    """Where the files lie."""
    return spool.folder()


def drain(store: Store) -> int:
    """Store what lies there; see ``Spool.drain``."""
    return spool.drain(store)


def drain_for_ever(store: Store, every: float = 1.0) -> None:
    """In a thread of a web process: store what has come in, again and again."""
    spool.drain_for_ever(store, every)
