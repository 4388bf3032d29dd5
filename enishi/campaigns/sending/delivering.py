"""The senders: threads that take turns between campaigns and hand mail to the server."""

import itertools
import logging
import random
import threading
import time
from collections.abc import Iterator, Sequence
from datetime import timedelta

from django.db import connection

from enishi.campaigns.models import Campaign, SendingLimits, State
from enishi.core import clock
from enishi.core.bulk import again_on_deadlock, not_waiting_for_the_disk
from enishi.core.progress import Progress
from enishi.core.refusals import Refusal
from enishi.messaging.actions import (
    BadAddress,
    Envelope,
    Outcome,
    answered,
    mail_transport,
    merge,
    threads_for,
)
from enishi.messaging.actions import State as Answer

from . import claiming, pacing
from .claiming import Result
from .freezing import drop_waiting
from .printing import Claimed, Press, press_of
from .watching import finish, stop_broken, watch

BATCH = 300  # recipients claimed at a time
CHUNK = 10  # a connection's mails marked as handed over at a time, at most, and once more ahead:
# two times as many become uncertain when a process is killed
PACE = 0.5  # seconds that a chunk should take
TURN = 3.0  # seconds of a batch: where the server is slow the rest of it goes back, so that other
# campaigns come to their turn
REST = 0.3  # seconds between two looks when there is nothing to do
LINGER = timedelta(seconds=60)  # a sender stays when somebody's turn comes so soon
MOST_DEFERRED = 12
MOST_UNREACHED = 30
_FIRST_WAIT = 15.0  # seconds
_LONGEST_WAIT = 4 * 3600.0
_BROKEN_AFTER = 5  # failures to reach the server in a row

_log = logging.getLogger("enishi.campaigns")


class Sending:
    """The senders of one process."""

    def __init__(self, connections: int = 0) -> None:
        self.limits = SendingLimits.current()
        connections = connections or max(1, self.limits.connections)
        self.threads = threads_for(connections)
        self.each = -(-connections // self.threads)  # connections of a thread
        self.stop = threading.Event()
        self.done = 0
        self.failure: BaseException | None = None
        self._lock = threading.Lock()
        self._turn = itertools.count(random.SystemRandom().randrange(1000))
        self._seen_at = 0.0
        self._seen: list[Campaign] = []
        self._recovered_at = 0.0

    def run(self, progress: Progress | None = None) -> int:
        """Send until nobody's turn is near; returns how many mails were answered for."""
        threads = [
            threading.Thread(target=self._work, name=f"sender {number}", daemon=True)
            for number in range(self.threads)
        ]
        for thread in threads:
            thread.start()
        try:
            while any(thread.is_alive() for thread in threads):
                time.sleep(0.05)
                if progress is not None:
                    progress.at(self.done)
        finally:
            self.stop.set()
            for thread in threads:
                thread.join(4)
        if self.failure is not None:
            raise self.failure
        return self.done

    def _work(self) -> None:
        try:
            Sender(self).work()
        except Exception as error:  # noqa: BLE001  # told by the main thread
            _log.exception("a sender ended")
            self.failure = error
            self.stop.set()
        finally:
            connection.close()

    def next_campaign(self) -> Campaign | None:
        """The campaign whose turn it is: one batch each, round and round."""
        with self._lock:
            if time.monotonic() - self._seen_at > 1:
                self._seen = self._with_due()
                self._seen_at = time.monotonic()
            if not self._seen:
                return None
            return self._seen[next(self._turn) % len(self._seen)]

    def _with_due(self) -> list[Campaign]:
        now = clock.now()
        sending = [
            one for one in Campaign.objects.sending().order_by("pk") if not one.is_quiet(now)
        ]
        due = claiming.has_due([one.pk for one in sending])
        for one in sending:
            if one.pk not in due:
                finish(one.pk)
        self.limits = SendingLimits.current()
        return [one for one in sending if one.pk in due]

    def forget(self, campaign: Campaign) -> None:
        """Nobody of this campaign is due any more, as far as this process knows."""
        with self._lock:
            self._seen = [one for one in self._seen if one.pk != campaign.pk]

    def recover(self) -> None:
        """Every two seconds: what dead senders left."""
        with self._lock:
            if time.monotonic() - self._recovered_at < 2:
                return
            self._recovered_at = time.monotonic()
        claiming.recover()


class Sender:
    """One thread: a lock, a connection to the database, a few to the mail server."""

    def __init__(self, sending: Sending) -> None:
        self.sending = sending
        self.number = random.SystemRandom().randrange(1, 2**31)
        self.marks = claiming.Marks(self.number)
        self.results: list[Result] = []
        self.outcomes: list[tuple[Claimed, Outcome]] = []
        self.handed: set[int] = set()
        self.chunk = sending.each
        self.noted = 0
        self.unreached = 0
        self.halted = False

    def work(self) -> None:
        if not claiming.hold_lock(self.number):
            raise RuntimeError("the number of a sender is taken")
        waited = 0.0
        while not self.sending.stop.is_set():
            self.sending.recover()
            if self._serve_one():
                waited = 0.0
                continue
            waited += REST
            if waited > 3 and not _somebody_soon():
                break
            self.sending.stop.wait(REST)
        claiming.give_back(self.number)
        claiming.release_lock(self.number)

    def _serve_one(self) -> bool:
        campaign = self.sending.next_campaign()
        if campaign is None:
            return False
        batch: list[Claimed] = []
        try:
            press = press_of(campaign)
            batch = again_on_deadlock(lambda: self._claim(campaign, press))
            press.read(batch)
        except Refusal:  # a field or a segment that the mail names is gone: others go on
            _log.exception("the mails of campaign %s cannot be made", campaign.pk)
            claiming.give_back(self.number)
            stop_broken(campaign.pk)
            batch = []
        if not batch:
            self.sending.forget(campaign)
            return False
        self.deliver(campaign, press, batch)
        if self.unreached >= _BROKEN_AFTER:  # the server is away: not a reason to try everybody
            self.unreached = 0
            self.sending.stop.wait(5)
        return True

    def _claim(self, campaign: Campaign, press: Press) -> list[Claimed]:
        not_waiting_for_the_disk()  # the mark, which is waited for, comes behind it in the log
        limits = self.sending.limits
        most = pacing.allowance(press.sender.address, limits, BATCH)
        batch = claiming.claim(campaign, self.number, most) if most else []
        late = pacing.over_domain(batch, limits)
        if late:
            now = clock.now()
            waiting = [
                Result(id_, "pending", next_try=now + timedelta(seconds=wait), tried=False)
                for id_, wait in late.items()
            ]
            claiming.store(self.number, waiting)
        return [one for one in batch if one.id not in late]

    # One batch

    def deliver(self, campaign: Campaign, press: Press, batch: Sequence[Claimed]) -> None:
        """Send to a batch that was read; every recipient of it has a result, or went back,
        afterwards."""
        self.halted = False
        self.handed.clear()
        there = [one for one in batch if one.member is not None]
        for one in batch:
            if one.member is None:
                self.results.append(Result(one.id, "skipped", "deleted", tried=False))
        if there:
            with mail_transport(self.sending.each) as transport:
                letters = self._letters(campaign, press, there, ahead=not transport.writes_here)
                for envelope, outcome in transport.send(letters):
                    self._note(envelope.tag, outcome)
        self._flush(last=True)
        if self.halted and Campaign.objects.filter(pk=campaign.pk, state=State.CANCELLED).exists():
            drop_waiting(campaign.pk)  # whom the server has put off meanwhile

    def _letters(
        self, campaign: Campaign, press: Press, batch: Sequence[Claimed], *, ahead: bool
    ) -> Iterator[Envelope]:
        """The mails of a batch, each made when its turn has come: what was made a moment ago still
        lies in the processor's cache. While those of a chunk leave, the next is being marked, if
        our connection to the database is free for it (``ahead``)."""
        until = time.monotonic() + TURN
        at, chunk = 0, batch[: self.chunk]
        if ahead:
            self._mark(campaign, chunk)
        while chunk:
            if not ahead:
                self._mark(campaign, chunk)
            began, noted = time.monotonic(), self.noted
            granted = self.marks.answer()
            self.handed |= granted
            going = [one for one in chunk if one.id in granted]
            self.halted = len(going) < len(chunk)  # paused, cancelled, or taken for dead
            at += len(chunk)
            if at < len(batch) and (began > until or self.sending.stop.is_set()):
                self.halted = True
            chunk = [] if self.halted else batch[at : at + self.chunk]
            if chunk and ahead:
                self._mark(campaign, chunk)
            for one in going:
                if self.unreached >= _BROKEN_AFTER:
                    self.halted = True
                    break
                envelope = self._made(press, one)
                if envelope is not None:
                    yield envelope
            self._keep_pace(self.noted - noted, time.monotonic() - began)
            if self.halted:
                if chunk and ahead:
                    self.marks.answer()
                return

    def _keep_pace(self, noted: int, took: float) -> None:
        """Mark as many at a time as leave within half a second: a pause takes effect after them,
        and after a kill they are uncertain."""
        if noted:
            leaving = int(noted / took * PACE)
            self.chunk = max(1, min(leaving, 2 * self.chunk, CHUNK * self.sending.each))
        elif took > PACE:
            self.chunk = max(1, self.chunk // 2)

    def _made(self, press: Press, one: Claimed) -> Envelope | None:
        """The mail to one recipient; None, with a result, for whom none can be made."""
        try:
            return press.envelope(one)
        except BadAddress:
            result = Result(one.id, "skipped", "no_address", tried=False)
        except merge.TooLong as error:
            result = Result(one.id, "failed", str(error))
        self.handed.discard(one.id)
        self.results.append(result)
        return None

    def _note(self, one: Claimed, outcome: Outcome) -> None:
        self.handed.discard(one.id)
        self.unreached = self.unreached + 1 if outcome.state == Answer.UNREACHED else 0
        self.results.append(result_of(one, outcome))
        if outcome.state == Answer.REFUSED:
            self.outcomes.append((one, outcome))
        self.noted += 1
        self.sending.done += 1

    def _mark(self, campaign: Campaign, chunk: Sequence[Claimed]) -> None:
        """Write down what is known so far, and that ``chunk`` is about to leave. The answer is
        asked for later: the database works meanwhile."""
        if any(one.state != "accepted" for one in self.results) and self._flush():
            watch(campaign.pk)
        accepted, self.results = self.results, []
        ids = [one.id for one in chunk]
        self.marks.ask(campaign, ids, still=self.handed, accepted=accepted)

    def _flush(self, *, last: bool = False) -> bool:
        """Write what is known so far; True if something failed. ``last``: the batch is over, and
        what was marked and not begun waits again: we know that it has not left."""

        def write() -> None:
            not_waiting_for_the_disk()
            claiming.store(self.number, self.results)
            for one, outcome in self.outcomes:
                answered(outcome, address=one.email, token=("c", one.id))
            if last:
                claiming.give_back(self.number)

        again_on_deadlock(write)
        failed = bool(self.outcomes)
        self.results, self.outcomes = [], []
        return failed


def result_of(one: Claimed, outcome: Outcome) -> Result:
    """What a server's answer means for a recipient."""
    if outcome.state == Answer.ACCEPTED:
        return Result(one.id, "accepted", "", None, clock.now())
    said = f"{outcome.code} {outcome.text}".strip() if outcome.code else outcome.text
    match outcome.state:
        case Answer.REFUSED:
            return Result(one.id, "failed", said)
        case Answer.UNCERTAIN:
            return Result(one.id, "uncertain", said)
    unreached = outcome.state == Answer.UNREACHED
    tried = one.attempts + 1
    if tried >= (MOST_UNREACHED if unreached else MOST_DEFERRED):
        return Result(one.id, "failed", said)
    wait = min(_LONGEST_WAIT, (5.0 if unreached else _FIRST_WAIT) * 4 ** min(one.attempts, 8))
    return Result(one.id, "pending", said, next_try=clock.now() + timedelta(seconds=wait))


def _somebody_soon() -> bool:
    """Whether a turn comes within the next minute."""
    from enishi.core.bulk import rows

    now = clock.now()
    sending = [one.pk for one in Campaign.objects.sending() if not one.is_quiet(now + LINGER)]
    [(found,)] = rows(
        "SELECT EXISTS (SELECT FROM campaigns_recipient WHERE campaign_id = ANY(%s)"
        " AND state = 'pending' AND next_try <= %s)",
        [sending, now + LINGER],
    )
    return bool(found)


_here = threading.Lock()


def send_here(progress: Progress | None = None, connections: int = 0) -> int:
    """Send in this process until nothing is near; nothing if it does so already."""
    if not _here.acquire(blocking=False):
        return 0
    try:
        return Sending(connections).run(progress)
    finally:
        _here.release()


__all__ = ["BATCH", "CHUNK", "Sender", "Sending", "result_of", "send_here"]
