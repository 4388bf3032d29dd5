"""Nothing is lost and nothing is done twice, whatever is killed."""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import psycopg
import pytest

from enishi.project.postgres.server import Server
from enishi.project.worker import AT_ONCE

from .living import Living, wait_until

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def living(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Living]:
    one = Living(tmp_path_factory.mktemp("living"))
    try:
        one.up()
        yield one
    finally:
        one.end()


def ask(living: Living, rows: int, seconds: float) -> int:
    return int(
        living.python(
            "from slow_job.jobs import slow\n"
            f"print(slow.enqueue(rows={rows}, seconds={seconds}).pk)"
        )
    )


def facts(living: Living, number: int) -> dict[str, Any]:
    names = ("state", "done", "attempts", "error", "rows")
    try:
        row = living.ask(
            "SELECT state, done, attempts, error,"
            " (SELECT count(*) FROM core_job WHERE name = 'test.row' AND id > %s)"
            " FROM core_job WHERE id = %s",
            number,
            number,
        )
    except psycopg.OperationalError:  # the database is just down
        return dict.fromkeys(names, 0)
    return dict(zip(names, row, strict=True))


def test_a_killed_worker_s_job_is_taken_up_again_and_done_once(living: Living) -> None:
    number = ask(living, rows=40, seconds=10)  # not done before the kill, however slow we are
    wait_until(lambda: facts(living, number)["done"] > 2, 60, "the job moves")

    for worker in living.processes("enishi.project.worker"):
        worker.kill()
    killed = time.monotonic()

    wait_until(lambda: facts(living, number)["attempts"] == 2, 20, "taken up again")
    assert time.monotonic() - killed < 20
    wait_until(lambda: facts(living, number)["state"] == "done", 60, "done")
    assert facts(living, number) == {
        "state": "done", "done": 40, "attempts": 2, "rows": 40, "error": "",
    }  # fmt: skip


def test_a_killed_database_comes_back_and_the_job_is_done_once(living: Living) -> None:
    number = ask(living, rows=40, seconds=5)
    wait_until(lambda: facts(living, number)["done"] > 2, 60, "the job moves")

    lines = (living.folder / "data" / "postgres" / "postmaster.pid").read_text().splitlines()
    os.kill(int(lines[0]), signal.SIGKILL)

    wait_until(lambda: living.get("/health/ready")[0] == 200, 60, "ready again")
    wait_until(lambda: facts(living, number)["state"] == "done", 40, "done")
    assert facts(living, number)["rows"] == 40


def test_a_database_that_waits_for_its_clients_comes_back_too(living: Living) -> None:
    """SIGTERM to its server: it would end when the last client has gone, and ours stay."""
    lines = (living.folder / "data" / "postgres" / "postmaster.pid").read_text().splitlines()
    os.kill(int(lines[0]), signal.SIGTERM)
    wait_until(lambda: not Server(living.folder / "data").is_running, 60, "it takes nobody in")
    wait_until(lambda: Server(living.folder / "data").is_running, 30, "it is there again")
    wait_until(lambda: living.get("/health/ready")[0] == 200, 30, "ready again")


CHANGES = """
import time
from enishi.members import actions as roll
from enishi.segments import actions
from enishi.segments.models import Segment, SegmentMember
def until(holds):
    begun = time.monotonic()
    while not holds() and time.monotonic() - begun < 20:
        time.sleep(0.02)
    return time.monotonic() - begun
member = roll.add({"family_name": "山田", "prefecture": "大阪府"}, by=None)
tokyo = actions.create(
    name="東京", rule={"field": "prefecture", "op": "eq", "value": "東京都"}, by=None
)
until(lambda: not Segment.objects.filter(refreshed_at=None).exists())
roll.change(member, {"prefecture": "東京都"}, by=None)
print(until(lambda: SegmentMember.objects.filter(segment=tokyo, member=member).exists()))
"""


def test_a_change_reaches_its_segment_while_every_worker_is_busy(living: Living) -> None:
    places = AT_ONCE * len(living.processes("enishi.project.worker"))
    code = f"print(*[slow.enqueue(rows=400, seconds=60).pk for _ in range({places + 1})])"
    numbers = living.python(f"from slow_job.jobs import slow\n{code}").split()
    wait_until(lambda: facts(living, int(numbers[places - 1]))["done"] > 0, 40, "all are at work")
    took = float(living.python(CHANGES))
    assert facts(living, int(numbers[places]))["state"] == "waiting", "no place was left"
    living.python(
        "from enishi.core import jobs\nfrom enishi.core.models import Job\n"
        "for row in Job.objects.filter(name='test.slow'): jobs.cancel(row)"
    )
    assert took < 2


def test_a_killed_web_process_is_replaced(living: Living) -> None:
    for process in living.processes("enishi.project.web"):
        process.kill()

    wait_until(lambda: living.get("/health/live")[0] == 200, 60, "answers again")


def test_a_second_up_is_refused_with_a_sentence(living: Living) -> None:
    import subprocess

    from .living import BIN

    done = subprocess.run(
        [BIN / "enishi", "up"], env=living.environment, capture_output=True, text=True, check=False
    )

    assert done.returncode == 2
    assert "already running" in done.stderr
    assert "Traceback" not in done.stderr


def test_after_a_killed_supervisor_a_new_start_works(living: Living) -> None:
    number = ask(living, rows=40, seconds=5)
    wait_until(lambda: facts(living, number)["done"] > 2, 60, "the job moves")
    assert living.process
    living.process.kill()
    living.process.wait()

    def nobody_left() -> bool:
        return not living.processes("enishi.project.w")

    wait_until(nobody_left, 15, "web and workers are gone with their parent")
    living.up()
    wait_until(lambda: facts(living, number)["state"] == "done", 40, "done")
    assert facts(living, number)["rows"] == 40


def test_a_stop_is_clean_and_a_job_in_the_middle_is_done_after_the_next_start(
    living: Living,
) -> None:
    number = ask(living, rows=200, seconds=8)
    wait_until(lambda: facts(living, number)["done"] > 2, 60, "the job moves")

    assert living.stop() < 10
    assert not living.processes("enishi.project"), "no process is left"
    assert not living.processes("postgres", "-D"), "the database has stopped with it"

    # A command starts the database for itself.
    code = f"from enishi.core.models import Job; print(Job.objects.get(pk={number}).state)"
    assert living.python(code) == "waiting"
    living.up()
    wait_until(lambda: facts(living, number)["state"] == "done", 40, "done")
    assert facts(living, number)["rows"] == 200
    assert facts(living, number)["attempts"] == 1


def test_the_folder_of_a_killed_machine_starts_again(living: Living) -> None:
    """Everything is killed at once, and another program has got the server's old number."""
    assert living.process
    files = living.folder / "data" / "postgres"
    everybody = [living.process, *living.processes("enishi.project"), *_servers(files)]
    for process in everybody:
        process.kill()
    living.process.wait()
    left = files / "postmaster.pid"
    sockets = Path(left.read_text().splitlines()[4])
    for remains in (left, *sockets.glob(".s.PGSQL.*.lock")):
        lines = remains.read_text().splitlines()
        lines[0] = str(os.getpid())
        remains.write_text("\n".join(lines) + "\n")

    living.up()


def _servers(files: Path) -> list[psutil.Process]:
    pid = int((files / "postmaster.pid").read_text().splitlines()[0])
    server = psutil.Process(pid)
    return [server, *server.children(recursive=True)]
