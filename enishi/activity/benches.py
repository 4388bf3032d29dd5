"""``enishi bench activities``: activities by API and hits of pages, through real server processes.

The bodies are ready before the clock starts, so that the client costs little; it shares the
machine with the server and the database all the same. Beside it: a bare COPY of the same rows.
"""

import http.client
import json
import socket
import threading
import time
import uuid
from collections.abc import Callable, Sequence
from datetime import timedelta

from django.conf import settings
from django.test import Client
from django.urls import reverse

from enishi.accounts.models import ApiToken, Role, User
from enishi.core import clock, ground
from enishi.core.bench import Report, bench
from enishi.core.bulk import copy_rows, rows, run
from enishi.core.serving import served
from enishi.members.models import Member

from . import actions, partitions
from .models import Activity
from .tracking import marks

MEMBERS = 20_000
BATCHES, SIZE = 60, 5_000
SMALL_BATCHES, SMALL = 100, 1_000
CLIENTS = 2
HITS = 20_000
BUSY = 10_000  # activities of one member
NAME = f"{ground.NAME}_activities"


@bench("activities")
def activities(report: Report) -> None:
    """Ingest by API, hits of the script, the karte's timeline of a busy member."""
    with ground.filled(MEMBERS, name=NAME):
        numbers = [n for (n,) in rows("SELECT number FROM members_member WHERE deleted_at IS NULL")]
        actions.declare("bench.done", "Bench", {"amount": "integer", "place": "text"}, by=None)
        token, secret = ApiToken.mint(
            name="bench", scopes=["activity:write"], expires_at=clock.now() + timedelta(hours=1)
        )
        token.per_minute = 1_000_000
        token.save()
        with served(NAME) as port:
            for size, count in ((SMALL, SMALL_BATCHES), (SIZE, BATCHES)):
                bodies = [_body(numbers, n, size) for n in range(count)]
                _ingest(report, port, secret, bodies, size)
            _hits(report, port)
        _karte(report, numbers[0])
        _bare(report)


def _body(numbers: Sequence[str], number: int, size: int) -> bytes:
    """A batch as a program would send it: all members, the last three months."""
    now = clock.now()
    items = [
        {
            "id": str(uuid.uuid4()),
            "member": numbers[(number * size + n * 7919) % len(numbers)],
            "kind": "bench.done" if n % 3 else "mail.clicked",
            "at": (now - timedelta(seconds=(n * 6007 + number * 31) % 7_776_000)).isoformat(),
            "object": f"page/{n % 50}",
            "props": {"amount": n, "place": "仙台"} if n % 3 else {"campaign": n % 40},
        }
        for n in range(size)
    ]
    return json.dumps({"items": items}).encode()


def _ingest(report: Report, port: int, secret: str, bodies: list[bytes], size: int) -> None:
    [[before]] = rows("SELECT count(*) FROM activity_seenid")
    headers = {"Authorization": f"Bearer {secret}", "Content-Type": "application/json"}

    def send(connection: http.client.HTTPConnection, body: bytes) -> int:
        connection.request("POST", "/api/v1/activities", body, headers)
        answer = connection.getresponse()
        told = json.load(answer)
        assert answer.status == 200, told
        assert told["stored"] == size, {**told, "refused": told["refused"][:3]}
        return size

    send_all(port, bodies[:CLIENTS], send)
    began = time.perf_counter()
    done = send_all(port, bodies[CLIENTS:], send)
    took = time.perf_counter() - began
    [[after]] = rows("SELECT count(*) FROM activity_seenid")
    assert after - before == done + CLIENTS * size, "acknowledged is not stored"
    report.measure(
        f"API, batches of {size:,}",
        done / took,
        "activities/s",
        budget=20_000,
        at_least=True,
        note=f"{done:,} by {CLIENTS} clients",
    )


def _hits(report: Report, port: int) -> None:
    [[before]] = rows("SELECT count(*) FROM activity_visit")
    origin = settings.BASE_URL
    visitors = [marks.new_mark() for _ in range(500)]
    hits = []
    for n in range(HITS):
        visit = {"u": f"{origin}/news/{n % 40}", "r": "", "t": "", "v": visitors[n % 500]}
        body = json.dumps(visit).encode()
        head = (
            f"POST /t HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nOrigin: {origin}\r\n"
            "User-Agent: Mozilla/5.0 (iPhone) Safari/604.1\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        hits.append(head.encode() + body)

    def send(connection: http.client.HTTPConnection, hit: bytes) -> int:
        """Ready bytes: a client that makes requests costs as much as the server that takes them."""
        connection.sock.sendall(hit)
        answer = b""
        while not answer.endswith(b"\r\n\r\n"):
            received = connection.sock.recv(4096)
            assert received, "The server hung up."
            answer += received
        assert answer.startswith(b"HTTP/1.1 204 "), answer[:200]
        return 1

    began = time.perf_counter()
    done = send_all(port, hits, send)
    took = time.perf_counter() - began
    while (stored := rows("SELECT count(*) FROM activity_visit")[0][0] - before) < done:
        assert time.perf_counter() - began < took + 30, f"{stored} of {done} hits are stored"
        time.sleep(0.2)
    report.measure("hits of pages", done / took, "hits/s", budget=2_000, at_least=True)
    report.measure("all of them stored after", time.perf_counter() - began - took, "s")


def _karte(report: Report, number: str) -> None:
    """The page of a member who did 10,000 things in two years, through all of Django."""
    member = Member.objects.get(number=number)
    now, keys = clock.now(), ["mail.sent", "mail.opened", "site.viewed", "site.signed_in"]
    partitions.ensure(partitions.month_of(now - timedelta(days=n)) for n in range(730))
    there = Activity.objects.filter(member=member).count()
    actions.record_many(
        actions.Happened(
            member.pk,
            keys[n % 4],
            at=now - timedelta(minutes=105 * n),
            object=f"/news/{n % 40}",
            props={"campaign": n % 9} if n % 4 < 2 else None,
        )
        for n in range(max(0, BUSY - there))
    )
    run("VACUUM (ANALYZE) activity_activity")
    user, _made = User.objects.get_or_create(
        email="bench@example.invalid", defaults={"name": "Bench", "is_staff": True}
    )
    user.roles.add(Role.objects.get(key="administrator"))
    client = Client(headers={"host": "localhost", "accept-language": "ja"})
    client.force_login(user)

    def get() -> None:
        assert client.get(reverse("members:karte", args=[member.pk])).status_code == 200

    report.times(f"karte with {BUSY:,} activities", get, repeat=60, budget=60)


def _bare(report: Report) -> None:
    """PostgreSQL alone: COPY of such rows into such a table without indexes, and with them."""
    sample = rows(
        "SELECT at, member_id, id, kind_id, machine, object, props::text FROM activity_activity"
        " LIMIT 100000"
    )
    columns = ["at", "member_id", "id", "kind_id", "machine", "object", "props"]
    for name, more in (
        ("COPY into a bare table", ""),
        (
            "COPY into a table with the same indexes",
            "CREATE INDEX ON bench_stream (member_id, kind_id, machine, at);"
            "CREATE INDEX ON bench_stream (kind_id, machine, object, at) INCLUDE (member_id);"
            "ALTER TABLE bench_stream ADD PRIMARY KEY (id)",
        ),
    ):
        run("CREATE TABLE bench_stream (LIKE activity_activity)")
        if more:
            run(more)
        began = time.perf_counter()
        copied = copy_rows("bench_stream", columns, sample)
        report.measure(name, copied / (time.perf_counter() - began), "activities/s")
        run("DROP TABLE bench_stream")


Send = Callable[[http.client.HTTPConnection, bytes], int]


def send_all(port: int, bodies: Sequence[bytes], send: Send) -> int:
    """Send all bodies over some connections that stay open; returns what ``send`` adds up to."""
    waiting = iter(bodies)
    lock, done, errors = threading.Lock(), [0] * CLIENTS, []

    def work(number: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        connection.connect()
        connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            while True:
                with lock:
                    body = next(waiting, None)
                if body is None:
                    return
                done[number] += send(connection, body)
        except (AssertionError, OSError, http.client.HTTPException) as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    return sum(done)
