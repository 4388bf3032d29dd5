"""The built-in mailbox: what is sent stays here, to be read in the office. For demo and tests."""

from collections.abc import Iterable, Iterator
from itertools import islice

from enishi.messaging.providers.base import Envelope, HandingOver, Outcome, State

_CHUNK = 10


class MailboxTransport:
    """Keeps every mail as a row (``models.KeptMail``) with its whole source."""

    name = "mailbox"
    writes_here = True

    def send(
        self, letters: Iterable[Envelope], handing_over: HandingOver | None = None
    ) -> Iterator[tuple[Envelope, Outcome]]:
        from .keeping import keep

        stream = iter(letters)
        while chunk := list(islice(stream, _CHUNK)):
            if handing_over is not None:
                for envelope in chunk:
                    handing_over(envelope)
            keep(chunk)
            for envelope in chunk:
                yield envelope, Outcome(State.ACCEPTED, 250, "mailbox")

    def close(self) -> None:
        """Nothing is held open."""


__all__ = ["MailboxTransport"]
