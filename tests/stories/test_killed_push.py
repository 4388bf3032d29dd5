"""The workers are killed again and again while browsers are told of a notice: nobody is told twice,
and who may not have been told is counted as uncertain, not as told.
"""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from enishi.project.tests.living import Living, wait_until

pytestmark = pytest.mark.slow

PEOPLE, KILLS = 600, 3
ENDS = ("sent", "sending", "uncertain")  # a killed wave is uncertain when its lease is over

PREPARE = """
from cryptography.hazmat.primitives.asymmetric import ec
from enishi.accounts.models import User
from enishi.campaigns.actions import publish_notice
from enishi.members.models import Member
from enishi.members.seed import seed
from enishi.messaging.models import PushSubscription
from enishi.messaging.providers.webpush.encrypting import padless, point

seed({people}, say=lambda text: None)
Member.objects.update(status="active", deceased_on=None)
key = padless(point(ec.generate_private_key(ec.SECP256R1()).public_key()))
members = list(Member.objects.order_by("pk"))
users = User.objects.bulk_create(User(email=f"m{{one.pk}}@example.jp") for one in members)
for one, user in zip(members, users):
    one.user = user
Member.objects.bulk_update(members, ["user"])
PushSubscription.objects.bulk_create(
    PushSubscription(
        user=user,
        endpoint=f"http://127.0.0.1:{port}/{{user.pk}}",
        p256dh=key,
        auth=padless(b"0123456789abcdef"),
    )
    for user in users
)
publish_notice({{"title": "notice", "body": "text"}}, by=None)
print(len(users))
"""


@pytest.fixture
def heard() -> Iterator[tuple[int, Counter[str]]]:
    """A push service that takes its time, and what it was asked for."""
    asked: Counter[str] = Counter()
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            with lock:
                asked[self.path] += 1
            time.sleep(0.1)
            self.send_response(201)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port, asked
    server.shutdown()
    server.server_close()


def test_nobody_is_told_twice(living: Living, heard: tuple[int, Counter[str]]) -> None:
    port, asked = heard
    assert int(living.python(PREPARE.format(people=PEOPLE, port=port)).split()[-1]) == PEOPLE
    living.python("from enishi.campaigns.jobs import minute\nminute.enqueue()")
    for killed in range(KILLS):
        enough = sum(asked.values()) + 80
        wait_until(
            lambda enough=enough: sum(asked.values()) >= enough,  # type: ignore[misc]
            90,
            f"it goes on after {killed} kills",
        )
        for process in living.processes("enishi.project.worker"):
            process.kill()
    wait_until(lambda: living.ask(WAITING)[0] == 0, 120, "everybody was taken up")
    time.sleep(1)
    told = dict(
        line.split("|")
        for line in living.python(
            "from enishi.messaging.models import Message\n"
            "for to, state in Message.objects.values_list('to', 'state'): print(f'/{to}|{state}')"
        ).splitlines()
        if line.startswith("/")
    )
    assert len(told) == PEOPLE
    assert max(asked.values()) == 1, "nobody twice"
    assert set(told.values()) <= set(ENDS)
    assert all(asked[one] for one, state in told.items() if state == "sent"), "told is told"
    uncertain = [one for one, state in told.items() if state != "sent"]
    assert len(uncertain) <= KILLS * 2 * 32, "no more than the waves that were killed"


WAITING = "SELECT count(*) FROM messaging_message WHERE channel = 'push' AND state = 'waiting'"
