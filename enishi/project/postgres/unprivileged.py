"""PostgreSQL refuses to run as root; this lets root start it as a user without rights.

The data folder may lie where that user cannot look (``/root``). Nobody's permissions are
widened for it: the server then keeps the one capability that lets it pass (on Linux, see
capabilities(7), "ambient").
"""

import ctypes
import os
import pwd
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

_USERS = ("enishi", "nobody")
_CAP_DAC_OVERRIDE = 1
_CAP_DAC_READ_SEARCH = 2
_PR_SET_KEEPCAPS = 8
_PR_CAP_AMBIENT = 47
_PR_CAP_AMBIENT_RAISE = 2
_CAPABILITY_VERSION_3 = 0x20080522


class NoUser(RuntimeError):
    """PostgreSQL cannot run as root, and this machine has no user "enishi" or "nobody" for it.
    Make a user "enishi", or start Enishi as an ordinary user."""


@dataclass(frozen=True)
class Identity:
    """As whom the server runs."""

    uid: int
    gid: int
    capability: int | None = None

    def own(self, path: Path) -> None:
        """Give ``path`` to the server's user."""
        os.chown(path, self.uid, self.gid)

    def becoming(self) -> Callable[[], None]:
        """What a child process calls between fork and exec to become this user."""
        libc = ctypes.CDLL(None, use_errno=True)
        uid, gid, capability = self.uid, self.gid, self.capability
        header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
        sets = (ctypes.c_uint32 * 6)()
        if capability is not None:
            sets[0] = sets[1] = sets[2] = 1 << capability

        def become() -> None:
            os.setgroups([])
            os.setresgid(gid, gid, gid)
            if capability is not None:
                libc.prctl(_PR_SET_KEEPCAPS, 1, 0, 0, 0)
            os.setresuid(uid, uid, uid)
            if capability is not None:
                libc.capset(header, sets)
                libc.prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE, capability, 0, 0)

        return become


def identity(*paths: Path) -> Identity | None:
    """The user to run the server as, able to reach ``paths``; None for the current user."""
    if os.geteuid() != 0:
        return None
    for name in _USERS:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        reachable = all(_reaches(entry.pw_uid, path) for path in paths)
        return Identity(entry.pw_uid, entry.pw_gid, None if reachable else _passing_capability())
    raise NoUser(NoUser.__doc__)


def _reaches(uid: int, path: Path) -> bool:
    for folder in path.resolve().parents:
        facts = folder.stat()
        needed = stat.S_IXUSR if facts.st_uid == uid else stat.S_IXOTH
        if not facts.st_mode & needed:
            return False
    return True


def _passing_capability() -> int:
    """The weaker of the two capabilities that open closed folders, if this process has it."""
    permitted = 0
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("CapPrm:"):
            permitted = int(line.split()[1], 16)
    return _CAP_DAC_READ_SEARCH if permitted >> _CAP_DAC_READ_SEARCH & 1 else _CAP_DAC_OVERRIDE
