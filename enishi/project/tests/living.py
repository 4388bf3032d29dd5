"""A whole installation in a temporary folder, for tests that kill parts of it."""

import contextlib
import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import psycopg

from enishi.project.postgres.server import Server

BIN = Path(sys.executable).parent


def wait_until(true: Callable[[], Any], seconds: float, what: str) -> Any:
    """The first truthy answer; fails with ``what`` after ``seconds``."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if answer := true():
            return answer
        time.sleep(0.1)
    raise AssertionError(f"After {seconds} s still not: {what}")


def free_port() -> int:
    """None of those that the system gives away by itself: it stays ours while we are down."""
    while True:
        port = random.randrange(20_000, 30_000)
        with contextlib.suppress(OSError), socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
            return port


class Living:
    """``enishi up`` on its own data folder and port."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "ENISHI_DATA_DIR": str(folder / "data"),
            "PORT": str(self.port),
            "PYTHONPATH": os.pathsep.join(
                [str(Path(__file__).parent / "jobs"), *filter(None, [os.environ.get("PYTHONPATH")])]
            ),
            "DJANGO_SETTINGS_MODULE": "settings_with_slow_job",
        }
        self.log = (folder / "log").open("ab")
        self.process: subprocess.Popen[bytes] | None = None

    def up(self) -> float:
        """Start; returns the seconds until it was ready."""
        began = time.monotonic()
        self.process = subprocess.Popen(
            [BIN / "enishi", "up"], env=self.environment, stdout=self.log, stderr=self.log
        )
        wait_until(lambda: self.get("/health/ready")[0] == 200, 60, "ready")
        return time.monotonic() - began

    def get(self, path: str) -> tuple[int, Any]:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=5) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            try:
                return error.code, json.load(error)
            except ValueError:  # an error page, while the database is away
                return error.code, None
        except OSError:
            return 0, None

    def python(self, code: str) -> str:
        """Run Python in a Django shell of this installation; returns what it prints."""
        done = subprocess.run(
            [BIN / "enishi", "manage", "shell", "--no-imports", "-v0", "-c", code],
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def ask(self, question: str, *values: Any) -> tuple[Any, ...]:
        """Ask the running database; returns the first row."""
        address = Server(self.folder / "data").address()
        with psycopg.connect(**address.parameters("enishi")) as connection:  # type: ignore[arg-type]
            row: tuple[Any, ...] = connection.execute(question, values).fetchone()  # type: ignore[call-overload]
            return row

    def processes(self, *words: str) -> list[psutil.Process]:
        """Processes of this installation whose command line holds all the words."""
        found = []
        for process in psutil.process_iter(["cmdline"]):
            line = " ".join(process.info["cmdline"] or [])
            if all(word in line for word in words):
                try:
                    ours = process.environ().get("PORT") == str(self.port)
                except psutil.Error:
                    ours = False
                if ours or str(self.folder) in line:
                    found.append(process)
        return found

    def stop(self, number: int = signal.SIGTERM) -> float:
        assert self.process
        began = time.monotonic()
        self.process.send_signal(number)
        self.process.wait(timeout=20)
        return time.monotonic() - began

    def end(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(timeout=20)
        for process in self.processes():
            process.kill()
        self.log.close()
