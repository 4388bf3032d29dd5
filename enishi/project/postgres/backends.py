"""Processes of PostgreSQL: which is which, and what a killed server left behind."""

import contextlib
import os
from pathlib import Path


def kill_backends(cluster: str) -> None:
    """Kill backends that have lost their server but still hold its memory (busy ones do)."""
    import psutil

    mark = f"postgres: {cluster}: "
    remains = []
    for process in psutil.process_iter(["cmdline"]):
        if " ".join(process.info["cmdline"] or []).startswith(mark):
            with contextlib.suppress(psutil.NoSuchProcess):
                parent = process.parent()
                if parent is None or not is_postgres(parent.pid):
                    process.kill()
                    remains.append(process)
    psutil.wait_procs(remains, timeout=10)


def is_postgres(pid: int, files: str = "") -> bool:
    """Whether ``pid`` is a living PostgreSQL server (of the folder ``files``)."""
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        if not words[0]:  # a zombie has no command line
            return False
    except FileNotFoundError:
        if Path("/proc/self").exists():
            return False
        words = _command_line(pid)
    if not words or Path(os.fsdecode(words[0])).name != "postgres":
        return False
    return not files or os.fsencode(files) in words


def _command_line(pid: int) -> list[bytes]:
    import psutil

    try:
        return [os.fsencode(word) for word in psutil.Process(pid).cmdline()]
    except psutil.Error:
        return []
