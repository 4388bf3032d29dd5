"""Several connections in one thread: while one waits for its answers, another has its turn.

A thread for each connection would spend a third of a mail's time on waking up and on waiting for
the interpreter.
"""

import select
import time
from collections.abc import Iterable, Iterator, Sequence

from enishi.messaging.providers.base import Envelope, HandingOver, Outcome

from .connection import ANSWER_SECONDS, Connection


class Bundle:
    """A ``MailTransport`` over connections to one server. Of one connection the answers come in
    the order of the envelopes, of several as they arrive."""

    name = "smtp"

    def __init__(self, connections: Sequence[Connection]) -> None:
        self.connections = connections

    def send(
        self, letters: Iterable[Envelope], handing_over: HandingOver | None = None
    ) -> Iterator[tuple[Envelope, Outcome]]:
        """Send all ``letters``; see ``MailTransport``."""
        source = iter(letters)
        free = list(self.connections)
        waiting: dict[int, tuple[Connection, float]] = {}  # the one that waits longest comes first
        poll = select.poll()
        ended = False
        while free or waiting:
            while free:
                one = free.pop()
                envelope = None if ended else next(source, None)
                if envelope is None:
                    ended = True
                    if not one.has_granted:
                        continue
                yield from one.begin(envelope, handing_over)
                if one.is_waiting:
                    waiting[one.fileno()] = one, time.monotonic()
                    poll.register(one.fileno(), select.POLLIN)
                else:
                    free.append(one)
            for number, told in _heard(poll, waiting):
                one, _since = waiting.pop(number)
                if one.is_waiting:
                    waiting[number] = one, time.monotonic()
                else:
                    poll.unregister(number)
                    free.append(one)
                yield from told

    def close(self) -> None:
        """Say good-bye on every connection."""
        for one in self.connections:
            one.close()


def _heard(
    poll: select.poll, waiting: dict[int, tuple[Connection, float]]
) -> Iterator[tuple[int, list[tuple[Envelope, Outcome]]]]:
    """Wait until something arrives; which connection, and what it tells."""
    for first, since in waiting.values():
        room = since + ANSWER_SECONDS - time.monotonic()
        for number, _event in poll.poll(max(0.0, room) * 1000):
            yield number, waiting[number][0].go_on()
        if room <= 0 and first.is_waiting:
            yield first.fileno(), first.give_up("no answer in time")
        return
