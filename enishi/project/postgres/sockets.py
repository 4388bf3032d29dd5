"""Where the server's socket lives: a private folder with a path that is short enough."""

import os
import socket
import tempfile
from pathlib import Path

from .unprivileged import Identity

PORT = 5432  # only names the socket file; the server does not listen on the network
_PATH_LIMIT = 103  # bytes that every Unix allows in the path of a socket


def socket_folder(data: Path, name: str, who: Identity | None) -> Path:
    """A folder that only we and the server can enter, near the data if its path allows."""
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    candidates = [data / "run"]
    candidates += [Path(runtime) / name] if runtime and Path(runtime).is_dir() else []
    candidates += [Path(tempfile.gettempdir()) / name, Path("/tmp") / name]  # noqa: S108
    for folder in candidates:
        if _holds_socket(folder, who):
            return folder
    made = Path(tempfile.mkdtemp(prefix="enishi-", dir="/tmp"))
    if who:
        who.own(made)
    return made


def answers(folder: str) -> bool:
    """Whether somebody listens on the socket in ``folder``."""
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(f"{folder}/.s.PGSQL.{PORT}")
        except OSError:
            return False
    return True


def _holds_socket(folder: Path, who: Identity | None) -> bool:
    """Whether a socket can live in ``folder``: short path, ours alone, a fit file system."""
    if len(os.fsencode(folder)) + len(f"/.s.PGSQL.{PORT}.lock") > _PATH_LIMIT:
        return False
    owners = {os.geteuid(), who.uid if who else os.geteuid()}
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        facts = folder.lstat()
        if folder.is_symlink() or facts.st_uid not in owners or facts.st_mode & 0o077:
            return False
        trial = folder / "trial"
        trial.unlink(missing_ok=True)
        with socket.socket(socket.AF_UNIX) as probe:
            probe.bind(str(trial))
        trial.unlink(missing_ok=True)
        if who:
            who.own(folder)
    except OSError:
        return False
    return True
