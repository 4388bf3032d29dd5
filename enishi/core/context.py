"""Where the current work comes from: which request, which address, which program."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Origin:
    """What history keeps beside the person: '' where it is not known (jobs, command line)."""

    request_id: str = ""
    ip: str = ""
    via: str = ""  # the name of the API token, when a program did it


_origin: ContextVar[Origin] = ContextVar("origin", default=Origin())


def origin() -> Origin:
    """Where the work of this thread or task comes from."""
    return _origin.get()


@contextmanager
def coming_from(request_id: str = "", ip: str = "") -> Iterator[None]:
    """Everything done inside comes from this request."""
    token = _origin.set(Origin(request_id, ip))
    try:
        yield
    finally:
        _origin.reset(token)


def through(via: str) -> None:
    """From here to the end of the request, the program ``via`` acts."""
    _origin.set(replace(_origin.get(), via=via))
