"""The embedded server: anywhere, for everybody at once, until the last one leaves."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from enishi.project.postgres.server import DoesNotStart, GivenUp, Server
from enishi.project.postgres.tuning import Machine, configuration
from enishi.project.postgres.unprivileged import identity

from .living import wait_until


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A path that is long and awkward."""
    place = tmp_path / ("long " * 20) / "縁'\"$HOME"
    place.mkdir(parents=True)
    return place


@pytest.fixture
def server(folder: Path) -> Iterator[Server]:
    one = Server(folder, throwaway=True)
    yield one
    one.leave()


def ask(server: Server, question: str) -> object:
    with psycopg.connect(**server.address().parameters("enishi")) as connection:  # type: ignore[arg-type]
        row = connection.execute(question).fetchone()  # type: ignore[call-overload]
        return row[0] if row else None


def test_it_starts_in_any_folder_and_stops_with_its_last_user(server: Server) -> None:
    address = server.use()

    assert ask(server, "SELECT 1") == 1
    assert len(os.fsencode(address.host)) < 100
    assert Path(address.host).stat().st_mode & 0o077 == 0
    assert ask(server, "SHOW listen_addresses") == ""
    assert ask(server, "SHOW server_encoding") == "UTF8"
    server.leave()
    assert not server.is_running


def test_kana_sort_by_their_table_and_case_is_known(server: Server) -> None:
    server.use()

    assert ask(
        server, "SELECT string_agg(k, '' ORDER BY k) FROM unnest('{ン,ア,カ,ガ}'::text[]) k"
    ) == ("アカガン")
    assert ask(server, "SELECT lower('ÀＡ')") == "àａ"


def test_a_wrong_password_does_not_get_in(server: Server) -> None:
    values = server.use().parameters("enishi") | {"password": "guessed"}

    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(**values)  # type: ignore[arg-type]


def test_another_process_keeps_it_running(server: Server) -> None:
    server.use()
    code = (
        "import sys, pathlib\n"
        "from enishi.project.postgres.server import Server\n"
        "Server(pathlib.Path(sys.argv[1]), throwaway=True).use()\n"
        "print('in', flush=True)\n"
        "sys.stdin.read()\n"
    )
    other = subprocess.Popen(
        [sys.executable, "-c", code, str(server.folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert other.stdin and other.stdout
    assert other.stdout.readline() == b"in\n"

    server.leave()
    assert server.is_running

    other.stdin.close()
    other.wait()
    assert not server.is_running


def test_it_comes_back_after_it_was_killed_in_the_middle_of_work(server: Server) -> None:
    server.throwaway = False  # a server of the tests may forget
    address = server.use()
    pid = int((server.files / "postmaster.pid").read_text().splitlines()[0])
    busy = psycopg.connect(**address.parameters("enishi"), autocommit=True)  # type: ignore[arg-type]
    busy.execute("CREATE TABLE kept (n int); INSERT INTO kept VALUES (7)")
    backend = busy.info.backend_pid
    with busy.cursor() as cursor:
        busy.pgconn.send_query(b"SELECT count(*) FROM generate_series(1, 1000000000)")
        os.kill(pid, signal.SIGKILL)
        wait_until(lambda: not server.is_running, 60, "the server is dead")

        server.use()  # the busy backend is still in the old server's memory
        cursor.close()

    assert ask(server, "SELECT n FROM kept") == 7
    wait_until(lambda: not Path(f"/proc/{backend}").exists(), 60, "the old backend is gone")


def test_one_that_was_told_to_wait_for_its_clients_is_started_anew(server: Server) -> None:
    address = server.use()
    pid = int((server.files / "postmaster.pid").read_text().splitlines()[0])
    with psycopg.connect(**address.parameters("enishi")):  # type: ignore[arg-type]
        os.kill(pid, signal.SIGTERM)
        wait_until(lambda: not server.is_running, 60, "the server takes nobody in")

        began = time.monotonic()
        server.use()
    assert time.monotonic() - began < 20
    assert ask(server, "SELECT 1") == 1
    assert int((server.files / "postmaster.pid").read_text().splitlines()[0]) != pid


def test_nobody_has_to_wait_for_a_server_that_does_not_come_up(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "_accepts", lambda: False)
    wanted = iter([False] * 30)

    for unless in (lambda: next(wanted, None) is not False, lambda: True):  # late, and at once
        with pytest.raises(GivenUp):
            server.use(unless=unless)
        assert server._child
        server.leave()
        assert server._child.poll() is not None, "it is not left behind"


def test_one_is_gone_when_its_process_is_and_not_when_it_shows_no_name(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.use()
    # What /proc tells for an instant about a process that is just beginning, or ending.
    monkeypatch.setattr("enishi.project.postgres.server.is_postgres", lambda *_: False)
    monkeypatch.setattr(server, "_postmaster", lambda: None)

    server.leave()

    assert server._child
    assert server._child.poll() is not None


def test_a_server_that_cannot_start_says_why(server: Server) -> None:
    server.use()
    server.leave()
    (server.files / "postgresql.auto.conf").write_text("shared_buffers = 'no'\n")

    with pytest.raises(DoesNotStart, match="shared_buffers"):
        server.use()


def test_the_settings_fit_the_machine() -> None:
    giga = 2**30
    small = configuration(Machine(1 * giga, 1, 10 * giga, 0))
    large = configuration(Machine(64 * giga, 16, 1000 * giga, 32 * giga))

    assert small["shared_buffers"] == "170MB"
    assert small["dynamic_shared_memory_type"] == "mmap"
    assert large["shared_buffers"] == "8192MB"
    assert large["max_parallel_workers"] == "16"
    assert large["jit"] == "off"
    assert "fsync" not in large
    assert configuration(Machine(giga, 1, giga, 0), throwaway=True)["fsync"] == "off"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root must become somebody else")
def test_root_passes_closed_folders_without_opening_them(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)

    who = identity(closed / "data")

    assert who is not None
    assert who.uid != 0
    assert who.capability is not None
    assert closed.stat().st_mode & 0o777 == 0o700
