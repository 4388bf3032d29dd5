"""What a kind of condition has to know; the kinds that are known."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self, TypeVar

from .moment import Moment
from .reader import Reader
from .where import Where

DAY, INSTANT = "day", "instant"


@dataclass(frozen=True)
class Mentions:
    """What a rule depends on: when one of these changes, the answer may.

    ``moves``: "day" where it also changes at midnight, "instant" where at any time.
    """

    fields: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()  # of activity
    sources: frozenset[str] = frozenset()  # of ``has``
    segments: frozenset[int] = frozenset()
    moves: frozenset[str] = frozenset()

    @property
    def moving(self) -> bool:
        """Whether the answer depends on the moment of the question."""
        return bool(self.moves)

    def __or__(self, other: "Mentions") -> "Mentions":
        return Mentions(
            self.fields | other.fields,
            self.kinds | other.kinds,
            self.sources | other.sources,
            self.segments | other.segments,
            self.moves | other.moves,
        )


class Leaf(ABC):
    """One condition. ``kind`` is the key that tells its JSON from others."""

    kind: ClassVar[str] = ""
    follows_as_of: ClassVar[bool] = False  # whether it can be answered for another day

    @classmethod
    @abstractmethod
    def parse(cls, tree: Mapping[str, Any], reader: Reader) -> Self:
        """Read the JSON object; ``reader.fault`` and ``reader.at(…).fault`` refuse it."""

    @abstractmethod
    def where(self, at: Moment) -> Where:
        """The question as SQL over ``m``."""

    def without(self, _other: "Leaf", _at: Moment) -> Where | None:
        """This, but not the other, as one question; None where two are as good."""
        return None

    @abstractmethod
    def sentence(self) -> str:
        """In the language of the reader."""

    def because(self, _at: Moment) -> dict[str, Where]:
        """The values behind the verdict: name → SQL expression over ``m``."""
        return {}

    def mentions(self) -> Mentions:
        """What the answer depends on."""
        return Mentions()

    def is_as_of(self) -> bool:
        """Whether the answer for another day would be that day's."""
        return self.follows_as_of


LEAVES: dict[str, type[Leaf]] = {}
L = TypeVar("L", bound=type[Leaf])


def leaf(kind: str) -> Callable[[L], L]:
    """Register a kind of condition: ``@leaf("did")`` over a class derived from Leaf."""

    def decorator(made: L) -> L:
        made.kind = kind
        LEAVES[kind] = made
        return made

    return decorator
