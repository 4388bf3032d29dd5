"""An import into a database is all or nothing, also when everything is killed in the middle."""

import signal
import time
from collections.abc import Iterator

import psutil
import psycopg
import pytest

from enishi.project.tests.living import Living, wait_until

pytestmark = pytest.mark.slow
ROWS = 30_000
BEGIN = f"""
from django.core.files.base import ContentFile
from enishi.members.actions import add_field
from enishi.records import actions
from enishi.records.importing import actions as importing
made = actions.add_database(name="受付", key="desk", by=None)
add_field(table="desk", key="code", label_ja="番号", type="integer", unique=True, by=None)
add_field(table="desk", key="words", label_ja="言葉", type="text", by=None)
lines = "".join(f"{{n}},言葉{{n}}\\r\\n" for n in range({ROWS}))
file = ContentFile(("番号,言葉\\r\\n" + lines).encode())
of = importing.receive(made, file, "受付.csv", by=None)
print(importing.commit(of, by=None).pk)
"""


@pytest.fixture
def living(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Living]:
    one = Living(tmp_path_factory.mktemp("living"))
    try:
        one.up()
        yield one
    finally:
        one.end()


def facts(living: Living, job: int) -> tuple[str, int, int]:
    """State and attempts of the job, and how many records there are."""
    try:
        state, attempts, records = living.ask(
            "SELECT state, attempts, (SELECT count(*) FROM records_record)"
            " FROM core_job WHERE id = %s",
            job,
        )
    except psycopg.OperationalError:  # the database is just down
        return "", 0, 0
    return state, attempts, records


def everything(living: Living) -> list[psutil.Process]:
    """The supervisor with all that it started, and the embedded database."""
    assert living.process
    parent = psutil.Process(living.process.pid)
    found = [parent, *parent.children(recursive=True)]
    lines = (living.folder / "data" / "postgres" / "postmaster.pid").read_text().splitlines()
    server = psutil.Process(int(lines[0]))
    return [*found, server, *server.children(recursive=True)]


@pytest.mark.parametrize("after", [0.3, 1.2])
def test_a_killed_import_into_a_database_is_done_whole_after_the_restart(
    living: Living, after: float
) -> None:
    job = int(living.python(BEGIN))
    begun = ("running", "done")  # done where the machine is quicker than we are at looking
    wait_until(lambda: facts(living, job)[0] in begun, 60, "the import has begun")
    time.sleep(after)
    for process in everything(living):
        try:
            process.send_signal(signal.SIGKILL)
        except psutil.NoSuchProcess:
            continue
    assert living.process
    living.process.wait()

    living.up()
    state, _attempts, records = facts(living, job)
    assert records in (0, ROWS), "all or nothing"
    assert state in ("running", "waiting", "done")
    wait_until(lambda: facts(living, job)[0] == "done", 60, "done after the restart")
    _state, attempts, records = facts(living, job)
    assert records == ROWS
    assert attempts <= 2
    print(f"killed after {after} s: {attempts} attempts, {records} records")
    numbers = living.ask("SELECT count(DISTINCT data->>'code') FROM records_record")
    assert numbers == (ROWS,), "each row once"
