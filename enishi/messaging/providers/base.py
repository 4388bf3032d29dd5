"""What every way out looks like, and how it says what became of a message."""

import enum
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

if TYPE_CHECKING:
    from enishi.messaging.models import Message


class State(enum.StrEnum):
    """What became of a message that was given to a provider."""

    ACCEPTED = "accepted"  # the other side has taken it over
    REFUSED = "refused"  # a final no (5xx): do not try again
    DEFERRED = "deferred"  # a no for now (4xx): try again later
    UNREACHED = "unreached"  # never handed over: trying again cannot make two of it
    UNCERTAIN = "uncertain"  # handed over, the answer was lost: it may have arrived


class Outcome(NamedTuple):
    """The answer for one message: SMTP code (or HTTP status), its text.

    ``about`` says what a no was said to: only a no to the "recipient" speaks of the address; one
    to the "sender" or the "content" would hit everybody.
    """

    state: State
    code: int = 0
    text: str = ""
    about: str = ""  # "", "sender", "recipient", "content"

    @property
    def may_retry(self) -> bool:
        """Whether another try is safe and makes sense."""
        return self.state in (State.DEFERRED, State.UNREACHED)


class Envelope(NamedTuple):
    """A mail on its way: where bounces go, where it goes, its bytes; ``tag`` is the caller's."""

    return_path: str
    to: str
    content: bytes
    tag: Any = None


HandingOver = Callable[[Envelope], None]


class MailTransport(Protocol):
    """A provider of e-mail. ``send`` answers every envelope once and raises nothing for it; in
    order, unless it was lent several connections.

    It takes the next envelope from ``letters`` while the one before on the same connection is
    still on its way (one ahead), so ``letters`` may be a generator that makes them.
    ``handing_over`` is called before the first byte of an envelope's content leaves: what is
    UNREACHED afterwards was not read whole by the other side. Not for use by several threads at
    once. ``writes_here``: it writes with the database connection of the thread that calls it, on
    which nothing may be under way then.
    """

    name: str
    writes_here: bool

    def send(
        self, letters: Iterable[Envelope], handing_over: HandingOver | None = None
    ) -> Iterator[tuple[Envelope, Outcome]]: ...

    def close(self) -> None: ...


class Provider(Protocol):
    """A way out for one message of a channel other than e-mail."""

    name: str

    def deliver(self, message: "Message") -> Outcome: ...
