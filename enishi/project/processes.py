"""Small truths about operating system processes."""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1


def die_with_parent(number: int = signal.SIGKILL) -> None:
    """On Linux, have the kernel end this process when its parent dies, however it dies."""
    if sys.platform != "linux":
        return
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(number), 0, 0, 0)
    if os.getppid() == 1 and os.environ.get("ENISHI_SUPERVISED", "1") != "1":
        os._exit(0)  # the parent died before we could ask
