"""``enishi bench sending``: mails a second, from frozen rows to a server, beside the bare loop.

The bare loop hands ready bytes to the same server over the same transport; it makes nothing and
writes nothing down. It runs as one loop over one connection, and as many at once with as many
connections as senders have: then nothing is left for the server to wait for, and the share says
what making and writing down cost. Both run before and after, and the quicker run counts: the
machine may have had other work at one time. What arrived is proven.
"""

import multiprocessing
import resource
import smtplib
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

from enishi.campaigns import actions
from enishi.campaigns.jobs import SENDERS
from enishi.campaigns.models import Campaign, SendingLimits, State
from enishi.campaigns.sending import claiming, delivering, freezing
from enishi.campaigns.sending.printing import Press
from enishi.core.bench import Report, bench
from enishi.core.progress import Progress
from enishi.messaging.actions import Envelope, mail_transport, threads_for
from enishi.messaging.actions import State as Answer

from .ground import campaign_to, mails_wanted, read, server
from .proving import proven

LEAST = 800  # a second
SHARE = 0.7  # of the bare loop
CONNECTIONS = SendingLimits().connections  # of a process, as new installations have it
WARM = 500  # mails after which a sender's memory is looked at first


@dataclass
class Sent:
    """What one process did."""

    mails: int
    began: float
    ended: float
    processor: float  # seconds
    grown: float  # MB of memory since the first mails


@bench("sending")
def sending(report: Report) -> None:
    """20,000 personal mails of 20 KB to a server on this machine (or ENISHI_BENCH_MAILS)."""
    wanted = mails_wanted()
    with tempfile.TemporaryDirectory() as folder, campaign_to(wanted) as campaign:
        actions.start(campaign, by=None)
        freezing.freeze(campaign.pk)
        campaign.refresh_from_db()
        ready = _ready(campaign)
        count = min(wanted, 20_000) // SENDERS
        with server(Path(folder) / "plain"):
            plain = _together(lambda: _loop(ready, count // 2, _plainly, CONNECTIONS))
        one = [_bare(Path(folder) / "one before", ready, count, 1, 1)]
        many = [_bare(Path(folder) / "before", ready, count)]
        record = Path(folder) / "sent"
        with server(record) as served:
            sent = _together(_send)
        many.append(_bare(Path(folder) / "after", ready, count))
        one.append(_bare(Path(folder) / "one after", ready, count, 1, 1))
        campaign.refresh_from_db()
        assert campaign.state == State.DONE, campaign.state
        rate, loop, most = _rate(sent), max(map(_rate, one)), max(map(_rate, many))
        note = f"{wanted:,} mails, {SENDERS} processes; baseline: the bare loop, the better of two"
        report.measure("mails", rate, "/s", budget=LEAST, at_least=True, baseline=loop, note=note)
        report.measure("share of the bare loop", rate / loop, "", budget=SHARE, at_least=True)
        note = f"{SENDERS} processes with {CONNECTIONS} connections each, as the senders have"
        report.measure("as many bare loops at once", most, "/s", note=note)
        report.measure("share of those", rate / most, "")
        note = "ready bytes too, in as many processes with as many connections"
        report.measure("mails by the standard library's smtplib", _rate(plain), "/s", note=note)
        report.measure(
            "processor time of the senders",
            _processor(sent),
            "ms a mail",
            baseline=min(map(_processor, many)),
        )
        took = served.processor / sum(one.mails for one in sent) * 1000
        report.measure("processor time of the mail server", took, "ms a mail")
        grown = max(one.grown for one in sent)
        report.measure("memory gained by a sender", grown, "MB", budget=64)
        proof = proven(campaign, read(record))
        report.measure("mails proven", proof.mails, "", budget=wanted, at_least=True)
        report.measure("of them parsed whole", proof.whole, "")


def _rate(done: list[Sent]) -> float:
    took = max(one.ended for one in done) - min(one.began for one in done)
    return sum(one.mails for one in done) / took


def _processor(done: list[Sent]) -> float:
    return sum(one.processor for one in done) / sum(one.mails for one in done) * 1000


def _together(work: Callable[[], Sent], processes: int = SENDERS) -> list[Sent]:
    """``work`` in so many processes, begun at the same moment."""
    connection.close()  # none of it belongs to two processes
    forks = multiprocessing.get_context("fork")
    begin = forks.Barrier(processes)

    def one(answer: Any) -> None:
        begin.wait(60)
        answer.send(work())
        connection.close()

    asked = []
    for _number in range(processes):
        mine, theirs = forks.Pipe(duplex=False)
        process = forks.Process(target=one, args=(theirs,))
        process.start()
        theirs.close()
        asked.append((process, mine))
    found = [mine.recv() for _process, mine in asked]
    for process, _mine in asked:
        process.join()
    return found


def _ready(campaign: Campaign) -> list[Envelope]:
    """Two hundred mails of the campaign, whose recipients wait again afterwards."""
    press = Press(campaign)
    batch = claiming.claim(campaign, 1, 200)
    press.read(batch)
    made = [press.envelope(one) for one in batch]
    claiming.give_back(1)
    return made


def _bare(
    record: Path,
    ready: list[Envelope],
    mails: int,
    processes: int = SENDERS,
    connections: int = CONNECTIONS,
) -> list[Sent]:
    with server(record):
        return _together(lambda: _loop(ready, mails, _by_our_transport, connections), processes)


def _loop(
    ready: list[Envelope],
    mails: int,
    hand: Callable[[Iterator[Envelope], int], None],
    connections: int,
) -> Sent:
    """Hand ready mails to the server, as many threads as it takes for so many connections."""
    threads = connections if hand is _plainly else threads_for(connections)
    each = connections // threads

    def letters() -> Iterator[Envelope]:
        for number in range(mails // threads):
            yield ready[number % len(ready)]

    workers = [threading.Thread(target=lambda: hand(letters(), each)) for _ in range(threads)]
    began, processor = time.time(), time.process_time()
    for one in workers:
        one.start()
    for one in workers:
        one.join()
    sent = mails // threads * threads
    return Sent(sent, began, time.time(), time.process_time() - processor, 0)


def _by_our_transport(letters: Iterator[Envelope], connections: int) -> None:
    with mail_transport(connections) as transport:
        for _envelope, outcome in transport.send(letters):
            assert outcome.state == Answer.ACCEPTED, outcome


def _plainly(letters: Iterator[Envelope], _connections: int) -> None:
    """As one would write it without us, over one connection."""
    with smtplib.SMTP(settings.EMAIL_HOST, settings.EMAIL_PORT) as server_:
        for one in letters:
            server_.sendmail(one.return_path, one.to, one.content)


class _Watch(Progress):
    """Notes when the last mail had left, and how much memory was taken by then."""

    def __init__(self) -> None:
        self.done, self.ended, self.processor = 0, time.time(), 0.0
        self.first = 0.0

    def at(self, done: int) -> None:
        if done > self.done:
            self.done, self.ended, self.processor = done, time.time(), time.process_time()
        if not self.first and done >= WARM:
            self.first = _memory()


def _send() -> Sent:
    watch = _Watch()
    began, processor = time.time(), time.process_time()
    mails = delivering.send_here(watch)
    grown = _memory() - watch.first if watch.first else 0.0
    return Sent(mails, began, watch.ended, watch.processor - processor, grown)


def _memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
