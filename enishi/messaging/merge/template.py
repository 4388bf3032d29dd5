"""A template that has been parsed: looking up, joining, and never more than is allowed."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from html import escape
from typing import Any

from .faults import TooLong

MOST_ROWS = 200  # of a list that a loop goes through; the rest is left out
LONGEST_RESULT = 2_000_000  # characters

Values = Mapping[str, Any]
Scope = list[Values]  # the values themselves, then the row of every loop around
Write = Callable[[Scope], str]
Woven = tuple[str, tuple[tuple[int, str], ...]]


class Node:
    """A part of a template."""

    __slots__ = ()

    def write(self, scope: Scope, out: list[str], room: list[int]) -> None:
        raise NotImplementedError


class Literal(Node):
    """Text as it stands."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text

    def write(self, scope: Scope, out: list[str], room: list[int]) -> None:  # noqa: ARG002
        take(room, len(self.text))
        out.append(self.text)


class Output(Node):
    """A field with its filters."""

    __slots__ = ("of", "safe")

    def __init__(self, of: Write, safe: Callable[[str], str] | None) -> None:
        self.of = of
        self.safe = safe

    def write(self, scope: Scope, out: list[str], room: list[int]) -> None:
        text = self.of(scope)
        if self.safe is not None:
            text = self.safe(text)
        take(room, len(text))
        out.append(text)


class Choice(Node):
    """``{% if %}``: the first branch whose condition holds."""

    __slots__ = ("branches",)

    def __init__(self, branches: Sequence[tuple[Callable[[Scope], bool], Sequence[Node]]]) -> None:
        self.branches = branches

    def write(self, scope: Scope, out: list[str], room: list[int]) -> None:
        for holds, nodes in self.branches:
            if holds(scope):
                for node in nodes:
                    node.write(scope, out, room)
                return


class Loop(Node):
    """``{% for %}`` over a given list, MOST_ROWS rows at most."""

    __slots__ = ("nodes", "rows")

    def __init__(self, rows: Callable[[Scope], Any], nodes: Sequence[Node]) -> None:
        self.rows = rows
        self.nodes = nodes

    def write(self, scope: Scope, out: list[str], room: list[int]) -> None:
        for row in self._rows(scope):
            inner = [*scope, row]
            take(room, 1)  # an empty row costs something too
            for node in self.nodes:
                node.write(inner, out, room)

    def _rows(self, scope: Scope) -> Iterator[Values]:
        found = self.rows(scope)
        if isinstance(found, list | tuple):
            yield from found[:MOST_ROWS]


def take(room: list[int], length: int) -> None:
    room[0] -= length
    if room[0] < 0:
        raise TooLong(longest=LONGEST_RESULT)


class Template:
    """What ``parse`` makes: rendered once a recipient.

    ``used`` are the keys that it looks up; ``bare`` those written without a fallback, which leave
    a gap where a recipient has no value.
    """

    __slots__ = ("_fixed_length", "_varying", "bare", "nodes", "source", "used", "woven")

    def __init__(
        self,
        nodes: Sequence[Node],
        source: str = "",
        used: frozenset[str] = frozenset(),
        bare: frozenset[str] = frozenset(),
    ) -> None:
        self.nodes = tuple(nodes)
        self.source = source
        self.used = used
        self.bare = bare
        self.woven, self._varying = _woven(self.nodes)
        first, rest = self.woven
        self._fixed_length = len(first) + sum(len(text) for _which, text in rest)

    @property
    def fixed(self) -> str | None:
        """The text, when it is the same for everybody."""
        if all(isinstance(node, Literal) for node in self.nodes):
            return "".join(node.text for node in self.nodes if isinstance(node, Literal))
        return None

    def render(self, values: Values) -> str:
        """The text for one recipient. Raises TooLong beyond LONGEST_RESULT."""
        out: list[str] = []
        room = [LONGEST_RESULT]
        scope: Scope = [values]
        for node in self.nodes:
            node.write(scope, out, room)
        return "".join(out)

    def varying(self, values: Values) -> list[str]:
        """The texts between those of ``woven``, for one recipient. Raises TooLong as ``render``."""
        left = LONGEST_RESULT - self._fixed_length
        scope: Scope = [values]
        found = []
        for node, times in self._varying:
            if type(node) is Output:
                text = node.of(scope)
                if node.safe is not None:
                    text = node.safe(text)
            else:
                out: list[str] = []
                node.write(scope, out, [left])
                text = "".join(out)
            left -= len(text) * times
            if left < 0:
                raise TooLong(longest=LONGEST_RESULT)
            found.append(text)
        return found


def _woven(nodes: Sequence[Node]) -> tuple[Woven, tuple[tuple[Node, int], ...]]:
    """The fixed text before the first field, then which of the nodes follows and the fixed text
    after it, to the end; and the nodes, with how often each stands there."""
    places: dict[Node, int] = {}
    texts, which = [""], []
    for node in nodes:
        if isinstance(node, Literal):
            texts[-1] += node.text
        else:
            which.append(places.setdefault(node, len(places)))
            texts.append("")
    return (texts[0], tuple(zip(which, texts[1:], strict=True))), tuple(
        Counter(one for one in nodes if not isinstance(one, Literal)).items()
    )


def plain(text: str) -> Template:
    """A template without fields: ``text`` as it stands, braces and all."""
    return Template([Literal(text)], text)


def worded(value: Any) -> str:
    """A value as text: whole numbers and dates as people write them, nothing for None."""
    if value is None or value is False:
        return ""
    if isinstance(value, str):
        return value
    if value is True:
        return "✓"
    if isinstance(value, date):
        from enishi.ui.written import jdate

        return jdate(value)
    return str(value)


_MARKS = re.compile("[&<>\"']")


def escaped(text: str) -> str:
    return escape(text, quote=True) if _MARKS.search(text) else text


_GOOD_STARTS = ("http://", "https://", "mailto:", "tel:", "cid:", "/", "#")


def escaped_address(text: str) -> str:
    """For the beginning of an ``href``: what is no address of the usual kinds is left out."""
    trimmed = text.strip()
    return escape(trimmed, quote=True) if trimmed.lower().startswith(_GOOD_STARTS) else ""
