"""Where the present work comes from: the request, for logs and history."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True)
class Origin:
    """``request_id`` and ``ip`` are '' in commands and jobs that no request started."""

    request_id: str = ""
    ip: str = ""


_origin: ContextVar[Origin] = ContextVar("origin", default=Origin())


def origin() -> Origin:
    """Where the present work comes from."""
    return _origin.get()


@contextmanager
def coming_from(origin: Origin) -> Iterator[None]:
    """Everything inside comes from ``origin``."""
    token = _origin.set(origin)
    try:
        yield
    finally:
        _origin.reset(token)
