"""Child processes: they wait for their parent's word, and never outlive it."""

import contextlib
import ctypes
import gc
import os
import signal
import sys
from collections.abc import Iterator

_PR_SET_PDEATHSIG = 1
_M_ARENA_MAX = -8


def die_with_parent() -> None:
    """Have the kernel (Linux) kill this process when its parent dies, however it dies."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)


def share_one_heap() -> None:
    """Let all threads share one heap (glibc): heaps of their own grow and are hardly given back.

    Call it before there are threads. An import keeps a tenth less memory.
    """
    if sys.platform == "linux":
        with contextlib.suppress(AttributeError):  # another libc
            ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 1)


def wait_for_go() -> None:
    """Wait until the supervisor says that the database is ready; end if it is gone."""
    if os.environ.get("ENISHI_SUPERVISED") and not sys.stdin.readline():
        sys.exit(0)


@contextlib.contextmanager
def loading() -> Iterator[None]:
    """Load modules without looking for garbage: a sixth of the time, and forks share more."""
    gc.disable()
    yield
    gc.freeze()
    gc.enable()


def cores() -> int:
    """How many processors this process may use."""
    from .postgres.tuning import available_cores

    return available_cores()
