"""``enishi up``: the database, the web server and the workers, kept running together."""

import contextlib
import fcntl
import os
import select
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from .environment import Environment, WrongEnvironment
from .postgres.server import DoesNotStart, GivenUp, server
from .processes import cores

_LOOK_EVERY = 0.2
_GRACE = 5.5  # seconds that children have to end
_LONGEST_PAUSE = 30.0
_LATE_AT_MOST = 10.0  # seconds that what is not needed for the first page waits


@dataclass
class Child:
    """A process that is started again when it ends."""

    name: str
    command: list[str]
    environment: dict[str, str]
    process: subprocess.Popen[bytes] | None = None
    began: float = 0.0
    failures: int = 0
    next_start: float = field(default_factory=time.monotonic)

    def start(self, tell: int | None = None) -> None:
        """Start the process; it waits for ``go``. One prepares the database and tells the pipe."""
        self.began = time.monotonic()
        more = {} if tell is None else {"ENISHI_TELL": str(tell)}
        self.process = subprocess.Popen(
            self.command,
            stdin=subprocess.PIPE,
            env={**self.environment, **more},
            start_new_session=True,
            pass_fds=() if tell is None else (tell,),
        )

    def go(self) -> None:
        """Tell the process that the database is ready."""
        if self.process and self.process.stdin:
            with contextlib.suppress(BrokenPipeError):
                self.process.stdin.write(b"go\n")
                self.process.stdin.flush()

    def look_after(self) -> None:
        """Start the process again, after a pause that doubles with each quick failure."""
        now = time.monotonic()
        if self.process is not None:
            code = self.process.poll()
            if code is None:
                return
            self.failures = 0 if now - self.began > 60 else self.failures + 1
            pause = min(_LONGEST_PAUSE, 0.25 * 2 ** min(self.failures, 10))
            _say(f"The {self.name} process ended ({code}); it starts again in {pause:.0f} s.")
            self.process = None
            self.next_start = now + pause
        if now >= self.next_start:
            self.start()
            self.go()

    def signal(self, number: int) -> None:
        """Send a signal if the process still runs."""
        if self.process and self.process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                self.process.send_signal(number)


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


class Supervisor:
    """Everything that ``enishi up`` runs."""

    def __init__(self, environment: Environment, host: str) -> None:
        self.environment = environment
        self.host = host
        self.server = server(environment.data) if environment.embedded else None
        self.children = self._children()
        self.stopping = False

    def run(self, when_ready: Callable[[], None] | None = None) -> None:
        """Bring everything up, keep it up, and take it down when a signal comes."""
        self.environment.data.mkdir(parents=True, exist_ok=True, mode=0o711)
        with only_one(self.environment.data / "up.lock"):
            _wait_for_port(self.host, self.environment.port)
            for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
                signal.signal(number, self._stop)
            try:
                with contextlib.suppress(GivenUp):
                    self._start()
                    self._watch(when_ready)
            finally:
                self._take_down()

    def _children(self) -> list[Child]:
        folder = self.environment.data / "metrics"
        folder.mkdir(parents=True, exist_ok=True, mode=0o711)
        for old in folder.glob("*.db"):
            old.unlink()
        environment = {
            **os.environ,
            "ENISHI_SUPERVISED": "1",
            "PROMETHEUS_MULTIPROC_DIR": str(folder),
            "PORT": str(self.environment.port),
            "PYTHONUNBUFFERED": "1",
        }
        python = [sys.executable, "-m"]
        web = [*python, "enishi.project.web", self.host, str(self.environment.port)]
        workers = min(8, max(2, cores()))
        receiver = [*python, "enishi.project.receiver"]
        inbound = self.environment.mail["INBOUND_SMTP"]
        return [
            Child("web", web, environment),
            *([Child("returned mail", receiver, environment)] if inbound else []),
            *(
                Child(f"worker {number}", [*python, "enishi.project.worker"], environment)
                for number in range(1, workers + 1)
            ),
        ]

    def _start(self) -> None:
        """Start the web server, and a worker that brings the database up to date.

        They load while the database comes up. The others would only take the cores from them:
        they start when the first page can be had, or after LATE_AT_MOST.
        """
        reading, writing = os.pipe()
        first, *others, last = self.children
        first.start()
        last.start(tell=writing)
        os.close(writing)
        for child in others:
            child.next_start = time.monotonic() + _LATE_AT_MOST
        if self.server:
            self.server.use(unless=self._is_stopping)
        with os.fdopen(reading, "rb") as pipe:
            while not self.stopping and not select.select([pipe], [], [], _LOOK_EVERY)[0]:
                pass
            if not self.stopping and pipe.read() != b"ready":
                raise WrongEnvironment(
                    "The database could not be brought up to date; the reason stands above."
                )
        first.go()
        last.go()

    def _watch(self, when_ready: Callable[[], None] | None) -> None:
        looked = 0.0
        while not self.stopping:
            for child in self.children:
                child.look_after()
            if self.server and time.monotonic() - looked > 1.0:
                looked = time.monotonic()
                if not self.server.is_running:
                    _say("The database server ended; it starts again.")
                    try:
                        self.server.use(unless=self._is_stopping)
                    except DoesNotStart as reason:
                        _say(str(reason))
            if when_ready and _answers(self.host, self.environment.port):
                when_ready()
                when_ready = None
                for child in self.children:
                    child.next_start = 0.0
            time.sleep(_LOOK_EVERY)

    def _stop(self, *_signal: object) -> None:
        self.stopping = True

    def _is_stopping(self) -> bool:
        return self.stopping

    def _take_down(self) -> None:
        began = time.monotonic()
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        for child in self.children:
            child.signal(signal.SIGTERM)
        while time.monotonic() - began < _GRACE and any(
            child.process and child.process.poll() is None for child in self.children
        ):
            time.sleep(0.02)
        for child in self.children:
            child.signal(signal.SIGKILL)
        for child in self.children:
            if child.process:
                child.process.wait()
        if self.server:
            self.server.leave(patience=max(1.0, 8.5 - (time.monotonic() - began)))


@contextlib.contextmanager
def only_one(path: Path) -> Iterator[None]:
    """Refuse a second ``enishi up`` on the same data folder. A killed one frees the lock."""
    number = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            other = os.read(number, 20).decode(errors="replace").strip()
            raise WrongEnvironment(
                f"Enishi is already running on the data folder {path.parent} (process {other}). "
                "Stop it first, or write another folder in ENISHI_DATA_DIR."
            ) from None
        os.truncate(number, 0)
        os.write(number, f"{os.getpid()}\n".encode())
        yield
    finally:
        os.close(number)


def _wait_for_port(host: str, port: int, patience: float = 5.0) -> None:
    """Make sure that the port is free; one that was just killed needs a moment."""
    until = time.monotonic() + patience
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    while True:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
                return
            except OSError as error:
                if time.monotonic() > until:
                    raise WrongEnvironment(
                        f"Port {port} on {host} cannot be used ({error.strerror}); "
                        "write another with --port."
                    ) from error
        time.sleep(0.1)


def _answers(host: str, port: int) -> bool:
    name = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, host)  # noqa: S104
    try:
        with urllib.request.urlopen(f"http://{name}:{port}/health/live", timeout=2):
            return True
    except OSError:
        return False
