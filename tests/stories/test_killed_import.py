"""The worker is killed in the middle of a large import: all rows or none, and nobody twice."""

import json
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from enishi.members.importing import invented
from enishi.project.tests.living import Living, wait_until

pytestmark = pytest.mark.slow

ROWS = 200_000


@pytest.fixture
def living(tmp_path: Path) -> Iterator[Living]:
    one = Living(tmp_path)
    try:
        one.up()
        yield one
    finally:
        one.end()


def kill_worker(living: Living) -> None:
    for worker in living.processes("enishi.project.worker"):
        worker.kill()


def test_a_killed_import_ends_all_or_nothing(living: Living, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    invented.write(path, ROWS, tidy=True)
    token = living.python(
        "from enishi.accounts.models import ApiToken\n"
        "token, secret = ApiToken.mint(name='test', scopes=['*'])\n"
        "token.save()\nprint(secret)"
    )
    number = send(living, token, path)

    def job() -> tuple[Any, ...]:
        return living.ask(
            "SELECT j.state, j.done, coalesce(j.total, 0), j.note, j.attempts FROM core_job j"
            " JOIN members_import i ON i.job_id = j.id WHERE i.id = %s",
            number,
        )

    wait_until(lambda: job()[1] > path.stat().st_size // 5, 120, "the file is being read")
    kill_worker(living)
    assert living.ask("SELECT count(*) FROM members_member") == (0,)

    wait_until(lambda: job()[4] >= 2 and job()[3], 120, "the import is taken up and writes")
    kill_worker(living)
    assert living.ask("SELECT count(*) FROM members_member") == (0,)

    wait_until(lambda: job()[0] != "running" and job()[0] != "waiting", 240, "the import ends")
    assert job()[0] == "done"
    answer = get(living, token, f"imports/{number}")
    assert (answer["state"], answer["counts"]["new"]) == ("done", ROWS)
    assert living.ask("SELECT count(*), count(DISTINCT number) FROM members_member") == (ROWS, ROWS)
    assert living.ask("SELECT count(DISTINCT member_id) FROM members_statusperiod") == (ROWS,)
    assert living.ask(
        "SELECT count(*) FROM audit_historyentry WHERE fact LIKE '%%ImportCommitted'"
    ) == (1,)
    assert living.ask(
        "SELECT count(*) FROM pg_class WHERE relname LIKE 'members_import_%%_match'"
    ) == (0,)


def send(living: Living, token: str, path: Path) -> int:
    """Upload by API and have it imported at once; returns the import's number."""
    edge = "----enishi"
    head = (
        f'--{edge}\r\nContent-Disposition: form-data; name="commit"\r\n\r\ntrue\r\n'
        f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="list.csv"\r\n'
        "Content-Type: text/csv\r\n\r\n"
    )
    body = head.encode() + path.read_bytes() + f"\r\n--{edge}--\r\n".encode()
    request = urllib.request.Request(
        f"http://127.0.0.1:{living.port}/api/v1/imports",
        data=body,
        headers={
            "Authorization": f"Bearer {token}",
            "Content-Type": f"multipart/form-data; boundary={edge}",
        },
    )
    with urllib.request.urlopen(request, timeout=120) as answer:
        return int(json.load(answer)["id"])


def get(living: Living, token: str, path: str) -> dict[str, Any]:
    request = urllib.request.Request(
        f"http://127.0.0.1:{living.port}/api/v1/{path}",
        headers={"Authorization": f"Bearer {token}"},
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        found: dict[str, Any] = json.load(answer)
        return found
