"""Where the present work comes from: the request, for logs and history."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Origin:
    """``request_id`` and ``ip`` are '' in commands and jobs that no request started."""

    request_id: str = ""
    ip: str = ""
    via: str = ""  # the name of the API token, when a program acts


NOWHERE = Origin()
_origin: ContextVar[Origin] = ContextVar("origin", default=NOWHERE)


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


def acting_through(via: str) -> None:
    """From here to the end of the request, the program ``via`` acts."""
    _origin.set(replace(_origin.get(), via=via))
