"""``enishi bench tracking``: opened mails and followed links, through one real web process."""

import socket
import threading
import time
from collections.abc import Sequence

from enishi.campaigns import actions
from enishi.campaigns.models import Recipient
from enishi.campaigns.sending import freezing
from enishi.campaigns.tracking import tokens
from enishi.core.bench import Report, bench
from enishi.core.bulk import rows
from enishi.core.serving import served

from .ground import NAME, campaign_to

PEOPLE = 5_000
HITS = 60_000
CLIENTS = 8
LEAST = 2_000  # a second
_AGENT = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605 Mobile Safari"


@bench("tracking")
def tracking(report: Report) -> None:
    """60,000 hits on links and pixels of 5,000 mails; each that was answered must be stored."""
    with campaign_to(PEOPLE) as campaign:
        actions.start(campaign, by=None)
        freezing.freeze(campaign.pk)
        people = list(Recipient.objects.filter(campaign=campaign).values_list("pk", flat=True))
        requests = [_request(campaign.pk, people, number) for number in range(HITS)]
        with served(NAME, workers=1) as port:
            _ask(port, requests[:200])
            began = time.perf_counter()
            _ask(port, requests[200:])
            took = time.perf_counter() - began
            note = f"{HITS:,} hits by {CLIENTS} clients, one web process"
            rate = (HITS - 200) / took
            report.measure("hits", rate, "/s", budget=LEAST, at_least=True, note=note)
            while (stored := _stored(campaign.pk)) < HITS:
                late = time.perf_counter() - began - took
                assert late < 60, f"{stored} of {HITS} are stored"
                time.sleep(0.2)
            report.measure("all of them stored after", time.perf_counter() - began - took, "s")
            report.measure("hits stored", stored, "", budget=HITS, at_least=True)


def _stored(campaign: int) -> int:
    [[found]] = rows("SELECT count(*) FROM campaigns_hit WHERE campaign_id = %s", [campaign])
    return int(found)


def _request(campaign: int, people: Sequence[int], number: int) -> bytes:
    word = tokens.word(people[number % len(people)], campaign)
    path = f"/o/{word}.gif" if number % 3 else f"/c/{word}.{number % 10 + 1}"
    return f"GET {path} HTTP/1.1\r\nHost: localhost\r\nUser-Agent: {_AGENT}\r\n\r\n".encode()


def _ask(port: int, requests: Sequence[bytes]) -> None:
    """Send all requests over connections that stay open; every answer is waited for."""
    wrong: list[bytes | OSError] = []

    def work(mine: Sequence[bytes]) -> None:
        try:
            with socket.create_connection(("127.0.0.1", port), 60) as wire:
                wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                for request in mine:
                    wire.sendall(request)
                    status = _answered(wire)
                    if status not in (b"200", b"302"):
                        wrong.append(status)
                        return
        except OSError as error:
            wrong.append(error)

    threads = [
        threading.Thread(target=work, args=(requests[number::CLIENTS],))
        for number in range(CLIENTS)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong, wrong[0]


def _answered(wire: socket.socket) -> bytes:
    """Read one whole answer; its status."""
    answer = b""
    while (end := answer.find(b"\r\n\r\n")) < 0:
        part = wire.recv(65536)
        if not part:
            raise ConnectionError("closed")
        answer += part
    head = answer[:end].lower()
    at = head.find(b"content-length:")
    length = int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
    while len(answer) < end + 4 + length:
        answer += wire.recv(65536)
    return head[9:12]
