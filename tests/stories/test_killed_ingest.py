"""The web server is killed again and again while activities come in: what it has acknowledged is
there, and what is sent again is not there twice.
"""

import http.client
import json
import random
import threading
import time
import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from enishi.project.tests.living import Living, wait_until

pytestmark = pytest.mark.slow

BATCHES, SIZE, KILLS = 60, 300, 4


def post(living: Living, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
    """Status and answer; 0 when the connection broke."""
    connection = http.client.HTTPConnection("127.0.0.1", living.port, timeout=10)
    try:
        connection.request("POST", path, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.read()
    except (OSError, http.client.HTTPException):
        return 0, b""
    finally:
        connection.close()


def kill_web(living: Living, stop: threading.Event, killed: list[int]) -> None:
    """kill -9 of the web server with all its workers, every now and then."""
    while not stop.is_set() and len(killed) < KILLS:
        time.sleep(0.6)
        for process in living.processes("enishi.project.web"):
            process.kill()
            killed.append(process.pid)
        wait_until(lambda: living.get("/health/live")[0] == 200, 60, "the web server is back")


def test_acknowledged_is_stored_and_once(living: Living) -> None:
    token = living.python(
        "from enishi.accounts.models import ApiToken\n"
        "from enishi.members.seed import seed\n"
        "seed(200, say=lambda text: None)\n"
        "token, secret = ApiToken.mint(name='test', scopes=['*'])\n"
        "token.save()\nprint(secret)"
    )
    numbers = json.loads(
        living.python(
            "import json\nfrom enishi.members.models import Member\n"
            "print(json.dumps(list(Member.objects.values_list('number', flat=True))))"
        )
    )
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    stop, killed = threading.Event(), []
    killer = threading.Thread(target=kill_web, args=(living, stop, killed))
    killer.start()
    acknowledged: set[str] = set()
    stored = 0
    for batch in batches(numbers):
        body = json.dumps({"items": batch}).encode()
        while True:  # until it is acknowledged, as a careful program would
            status, answer = post(living, "/api/v1/activities", body, headers)
            if status == 200:
                break
            time.sleep(0.1)
        told = json.loads(answer)
        assert told["stored"] + told["duplicate"] == SIZE, told
        stored += told["stored"]
        acknowledged |= {item["id"] for item in batch}
        time.sleep(0.03)
    stop.set()
    killer.join()
    assert killed
    count, once = living.ask("SELECT count(*), count(DISTINCT id) FROM activity_activity")
    assert count == once == len(acknowledged) == BATCHES * SIZE
    assert living.ask("SELECT count(*) FROM activity_seenid") == (count,)
    assert stored <= count  # an answer may have been lost on its way, then it was a duplicate


def batches(numbers: list[str]) -> Iterator[list[dict[str, Any]]]:
    dice = random.Random(4)
    for _ in range(BATCHES):
        yield [
            {
                "id": str(uuid.UUID(int=dice.getrandbits(128), version=4)),
                "member": dice.choice(numbers),
                "kind": "custom",
                "at": f"2026-{dice.randint(1, 10):02}-15T12:00:00+09:00",
            }
            for _ in range(SIZE)
        ]


def test_hits_that_were_taken_are_stored(living: Living) -> None:
    origin = f"http://127.0.0.1:{living.port}"
    headers = {"Origin": origin, "User-Agent": "Mozilla/5.0 (iPhone) Safari/604.1"}
    status, mark = post(living, "/t?n=1", json.dumps({"u": f"{origin}/"}).encode(), headers)
    assert status == 200
    taken = 1
    stop, killed = threading.Event(), []
    killer = threading.Thread(target=kill_web, args=(living, stop, killed))
    killer.start()
    body = json.dumps({"u": f"{origin}/news", "v": mark.decode()}).encode()
    until = time.monotonic() + 8
    while time.monotonic() < until:
        taken += post(living, "/t", body, headers)[0] == 204
    stop.set()
    killer.join()
    assert killed

    def count() -> int:
        return int(living.ask("SELECT count(*) FROM activity_visit")[0])

    wait_until(lambda: count() >= taken, 30, "every hit that was taken is stored")
    assert count() <= taken + 50  # taken, but the answer was lost with the server
