"""Processes are killed at random while a campaign leaves: nobody is lost, and nobody gets it
twice but those whom the office is told to be uncertain about.

``ENISHI_KILL_MAILS`` and ``ENISHI_KILL_TIMES`` make it larger (20000 and 10 before a release).
"""

import json
import os
import random
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from enishi.messaging.tests import sink as sinks
from enishi.project.tests.living import Living, free_port, wait_until

pytestmark = pytest.mark.slow

MAILS = int(os.environ.get("ENISHI_KILL_MAILS", "1200"))
KILLS = int(os.environ.get("ENISHI_KILL_TIMES", "5"))
CHANCES = {"chance_4xx": 0.02, "chance_5xx": 0.01, "chance_drop": 0.005, "seed": 7}

_SEED = """
from enishi.accounts.models import ApiToken
from enishi.members.models import Consent, Member, MemberType, Topic
from enishi.members.models.consents import ConsentState
kind = MemberType.objects.first()
topic = Topic.objects.get(key="newsletter")
made = Member.objects.bulk_create(
    [Member(number=f"K{{n:06}}", type=kind, family_name="山田", given_name=f"花子{{n}}",
            email=f"k{{n}}@example{{n % 9}}.jp") for n in range({mails})], batch_size=2000)
lines = Consent.objects.bulk_create(
    [Consent(member=m, topic=topic, channel="email", state="given", source="office")
     for m in made], batch_size=2000)
ConsentState.objects.bulk_create(
    [ConsentState(member_id=line.member_id, topic=topic, channel="email", state="given",
                  since=line.at, consent=line) for line in lines], batch_size=2000)
token, secret = ApiToken.mint(name="test", scopes=["*"])
token.per_minute = 100000
token.save()
print(secret)
"""


@pytest.fixture
def living(tmp_path: Path) -> Iterator[tuple[Living, Path]]:
    port, received = free_port(), tmp_path / "received"
    received.touch()
    sink = subprocess.Popen(
        [sys.executable, "-m", sinks.__name__, str(port), str(received), json.dumps(CHANCES)]
    )
    one = Living(tmp_path)
    one.environment["EMAIL_URL"] = f"smtp://127.0.0.1:{port}"
    try:
        one.up()
        yield one, received
    finally:
        one.end()
        sink.kill()
        sink.wait()


def call(one: Living, token: str, method: str, path: str, body: Any = None) -> Any:
    request = urllib.request.Request(
        f"http://127.0.0.1:{one.port}/api/v1/{path}",
        method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
    )
    for _try in range(60):
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            raise AssertionError(error.read().decode()) from error
        except OSError:  # the web was killed too
            time.sleep(0.5)
    raise AssertionError("the web does not come back")


def recipients(one: Living, token: str, path: str, state: str) -> set[str]:
    found: set[str] = set()
    cursor = ""
    while True:
        page = call(one, token, "GET", f"{path}/recipients?state={state}&limit=1000{cursor}")
        found |= {item["email"] for item in page["items"]}
        if not page["next"]:
            return found
        cursor = f"&cursor={page['next']}"


def test_a_killed_campaign_loses_nobody_and_tells_who_is_uncertain(
    living: tuple[Living, Path],
) -> None:
    one, received = living
    token = one.python(_SEED.format(mails=MAILS))
    body = {
        "name": "kill",
        "subject": "{{ member.name }}",
        "body": {"html": "<p>{{ member.name|honorific }}</p>" + "<p>本文</p>" * 300},
        "audience": {"include": [{"all": []}]},
        "topic": "newsletter",
    }
    path = f"campaigns/{call(one, token, 'POST', 'campaigns', body)['id']}"
    call(one, token, "POST", f"{path}/sending", {})

    def arrived() -> int:
        return received.read_bytes().count(b"\n")

    chance = random.Random(11)
    for time_ in range(KILLS):
        goal = MAILS * (time_ + 1) * 0.8 / KILLS
        wait_until(lambda goal=goal: arrived() >= goal or _ended(one), 300, f"{goal} mails")
        victims = one.processes("enishi.project.worker") + one.processes("enishi.project.web")
        chance.shuffle(victims)
        for victim in victims[: chance.randint(1, 2)]:
            victim.kill()
    wait_until(lambda: _ended(one), 600, "nobody waits any more")

    state = call(one, token, "GET", path)
    counts = state["counts"]
    times = Counter(json.loads(line)["to"][0] for line in received.read_text().splitlines())
    accepted = recipients(one, token, path, "accepted")
    uncertain = recipients(one, token, path, "uncertain")
    failed = recipients(one, token, path, "failed")
    twice = {address for address, count in times.items() if count > 1}
    print(
        f"\n{MAILS} recipients, {KILLS} kills: {counts}; arrived {len(times)}, twice {len(twice)}"
    )
    assert sum(counts.values()) == MAILS
    assert accepted | uncertain | failed == {f"k{n}@example{n % 9}.jp" for n in range(MAILS)}
    assert accepted <= set(times), "lost: said to be sent, never arrived"
    assert twice <= uncertain, "twice, and not told"
    assert not set(times) & failed, "arrived, and said to have failed"
    assert len(uncertain) < MAILS / 4
    if uncertain:
        answer = call(one, token, "POST", f"{path}/uncertain", {"decision": "leave"})
        assert answer["decided"] == len(uncertain)
        assert call(one, token, "GET", path)["counts"]["uncertain"] == 0


def _ended(one: Living) -> bool:
    """Nobody waits any more; a pause by bounces would be a mistake of this test's chances."""
    row = one.ask(
        "SELECT (SELECT count(*) FROM campaigns_recipient WHERE state = 'pending'),"
        " (SELECT count(*) FROM campaigns_recipient),"
        " (SELECT state FROM campaigns_campaign)"
    )
    assert row[2] != "paused"
    return row[1] > 0 and row[0] == 0
