"""Several connections in one thread: while one waits for its answers, another has its turn.

A thread for each connection would spend a third of a mail's time on waking up and on waiting for
the interpreter.
"""

import select
import time
from collections import deque
from collections.abc import Iterable, Iterator, Sequence

from enishi.messaging.providers.base import Envelope, HandingOver, Outcome

from .connection import ANSWER_SECONDS, Connection

AHEAD = 4  # mails made before a connection is free for them


class Bundle:
    """A ``MailTransport`` over connections to one server. Of one connection the answers come in
    the order of the envelopes, of several as they arrive."""

    name = "smtp"
    writes_here = False

    def __init__(self, connections: Sequence[Connection]) -> None:
        self.connections = connections

    def send(
        self, letters: Iterable[Envelope], handing_over: HandingOver | None = None
    ) -> Iterator[tuple[Envelope, Outcome]]:
        """Send all ``letters``; see ``MailTransport``."""
        source = _Ahead(letters)
        watch = _Watch()
        free = list(self.connections)
        while free or watch.waiting:
            for one in free:
                while not one.is_waiting:
                    envelope = source.next()
                    if envelope is None and not one.has_granted:
                        break
                    yield from one.begin(envelope, handing_over)
                watch.follow(one)
            free = []
            while not watch.has_news() and source.fill():
                pass
            for one, told in watch.heard():
                if not one.is_waiting:
                    free.append(one)
                yield from told

    def close(self) -> None:
        """Say good-bye on every connection."""
        for one in self.connections:
            one.close()


class _Ahead:
    """The next mails: while all connections wait for answers, a few are made for later."""

    def __init__(self, letters: Iterable[Envelope]) -> None:
        self._source: Iterator[Envelope] | None = iter(letters)
        self._made: deque[Envelope] = deque()

    def next(self) -> Envelope | None:
        """The next mail; None when there is no more."""
        if self._made:
            return self._made.popleft()
        return self._take()

    def fill(self) -> bool:
        """Make one for later; whether there was room, and one to make."""
        if len(self._made) >= AHEAD:
            return False
        found = self._take()
        if found is not None:
            self._made.append(found)
        return found is not None

    def _take(self) -> Envelope | None:
        if self._source is None:
            return None
        found = next(self._source, None)
        if found is None:
            self._source = None
        return found


class _Watch:
    """Whose answers are awaited."""

    def __init__(self) -> None:
        self.waiting: dict[int, tuple[Connection, float]] = {}  # the longest comes first
        self._poll = select.poll()
        self._numbers: dict[Connection, int] = {}  # that are polled
        self._news: list[tuple[int, int]] = []

    def follow(self, one: Connection) -> None:
        """Begin or go on to watch ``one``; not any more if it waits for nothing."""
        number = one.fileno() if one.is_waiting else -1
        before = self._numbers.get(one, -1)
        if number != before:
            if before >= 0:
                self._poll.unregister(before)
            self._numbers[one] = number
            if number >= 0:
                self._poll.register(number, select.POLLIN)
        if number >= 0:
            self.waiting[number] = one, time.monotonic()

    def has_news(self) -> bool:
        """Whether somebody has answered."""
        self._news = self._poll.poll(0)
        return bool(self._news)

    def heard(self) -> Iterator[tuple[Connection, list[tuple[Envelope, Outcome]]]]:
        """Wait until something arrives; which connections, and what they tell."""
        for first, since in self.waiting.values():
            room = since + ANSWER_SECONDS - time.monotonic()
            news, self._news = self._news or self._poll.poll(max(0.0, room) * 1000), []
            for number, _event in news:
                one, _since = self.waiting.pop(number)
                told = one.go_on()
                if one.is_waiting or one.fileno() != number:
                    self.follow(one)  # its number may belong to another from now on
                yield one, told
            if room <= 0 and first.is_waiting:
                self.waiting.pop(first.fileno())
                told = first.give_up("no answer in time")
                self.follow(first)
                yield first, told
            return
