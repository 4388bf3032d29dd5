"""From the text of a template to its parts; every mistake with its place."""

import difflib
import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import unescape
from typing import Any

from django.utils.translation import gettext as _

from enishi.ui.written import listed

from .expressions import Condition, Expression, Wrong, condition, expression
from .faults import Fault, Faults
from .fields import Fields
from .template import Choice, Literal, Loop, Node, Output, Scope, Template, escaped, escaped_address

LONGEST_SOURCE = 500_000  # characters
DEEPEST = 5  # conditions and loops inside each other
DEEPEST_LOOPS = 2
MOST_FAULTS = 20

_NAME = re.compile(r"[A-Za-z_]\w{0,39}", re.ASCII)
_BEGINS_ADDRESS = re.compile(
    r"""\b(?:href|src|action|background)\s*=\s*["']?\s*\Z""", re.IGNORECASE
)
_FOR = re.compile(r"([A-Za-z_]\w{0,39})\s+in\s+([\w.]{1,200})", re.ASCII)


@dataclass(frozen=True)
class Piece:
    """Text, ``{{ … }}`` or ``{% … %}``, with where it begins."""

    kind: str  # "text", "field", "tag"
    body: str
    at: int


@dataclass
class Block:
    """An open ``if`` or ``for``."""

    tag: str
    at: int
    nodes: list[Node]
    branches: list[tuple[Condition, list[Node]]]
    rows: Callable[[Scope], Any] | None = None
    saw_else: bool = False


def parse(source: str, fields: Fields, *, html: bool = False) -> Template:
    """The template of ``source``. Raises Faults with every mistake and its place."""
    return _Parser(source, fields, html=html).parse()


class _Parser:
    def __init__(self, source: str, fields: Fields, *, html: bool) -> None:
        self.source = source
        self.html = html
        self.faults: list[Fault] = []
        self.lines = [0, *(found.end() for found in re.finditer(r"\n", source))]
        self.scopes: list[tuple[str, Fields]] = [("", fields)]
        self.blocks: list[Block] = [Block("", 0, [], [])]
        self.used: set[str] = set()
        self.bare: set[str] = set()
        self.outputs: dict[tuple[str, Any], Output] = {}  # outside of loops: each is made once

    def parse(self) -> Template:
        if len(self.source) > LONGEST_SOURCE:
            reason = _("The text is too long: %(length)d characters; at most %(longest)d.")
            raise Faults(
                [Fault(1, 1, reason % {"length": len(self.source), "longest": LONGEST_SOURCE})]
            )
        for piece in self._pieces():
            if len(self.faults) >= MOST_FAULTS:
                break
            if piece.kind == "text":
                self.nodes.append(Literal(piece.body))
            elif piece.kind == "field":
                self._field(piece)
            else:
                self._tag(piece)
        for block in self.blocks[1:]:
            reason = _("“{%% %(tag)s %%}” is never closed. Write “{%% end%(tag)s %%}”.")
            self._fault(block.at, reason % {"tag": block.tag})
        if self.faults:
            raise Faults(sorted(self.faults, key=lambda one: (one.line, one.column)))
        return Template(
            self.blocks[0].nodes, self.source, frozenset(self.used), frozenset(self.bare)
        )

    @property
    def nodes(self) -> list[Node]:
        return self.blocks[-1].nodes

    def _fault(self, at: int, reason: str) -> None:
        line = bisect_right(self.lines, at)
        self.faults.append(Fault(line, at - self.lines[line - 1] + 1, reason))

    def _pieces(self) -> Iterator[Piece]:
        """Cut the source; in time that grows with its length only."""
        source, at = self.source, 0
        kinds = {"{{": ("field", "}}"), "{%": ("tag", "%}"), "{#": ("", "#}")}
        while at < len(source):
            begin = self._next_opening(at)
            if begin > at:
                self._wide(at, begin)
                yield Piece("text", source[at:begin], at)
            if begin == len(source):
                return
            kind, closing = kinds[source[begin : begin + 2]]
            end = source.find(closing, begin + 2)
            if end < 0:
                reason = _("“%(opening)s” is never closed. Write “%(closing)s” behind it.")
                opening = source[begin : begin + 2]
                self._fault(begin, reason % {"opening": opening, "closing": closing})
                return
            if kind:
                body = source[begin + 2 : end]
                yield Piece(kind, unescape(body) if self.html else body, begin)
            at = end + 2

    def _wide(self, at: int, end: int) -> None:
        """Braces that were typed in full width would stay in the mail as they are."""
        found = self.source.find("｛｛", at, end)
        if found >= 0:
            self._fault(found, _("Write the braces of merge fields in half width: “{{ … }}”."))

    def _next_opening(self, at: int) -> int:
        while True:
            at = self.source.find("{", at)
            if at < 0:
                return len(self.source)
            if self.source[at + 1 : at + 2] in {"{", "%", "#"}:
                return at
            at += 1

    # Fields

    def _field(self, piece: Piece) -> None:
        guard = self._guard(piece.at)
        known = self.outputs.get((piece.body, guard)) if len(self.scopes) == 1 else None
        if known is not None:
            self.nodes.append(known)
            return
        found = self._said(piece, lambda: expression(piece.body, self._look_up))
        if found is None:
            return
        self.used.update(found.keys)
        if not found.has_fallback:
            self.bare.update(found.keys)
        made = Output(found.write, guard)
        if len(self.scopes) == 1:
            self.outputs[piece.body, guard] = made
        self.nodes.append(made)

    def _guard(self, at: int) -> Callable[[str], str] | None:
        if not self.html:
            return None
        before = self.source[max(0, at - 60) : at]
        return escaped_address if _BEGINS_ADDRESS.search(before) else escaped

    def _look_up(self, key: str) -> tuple[int, str]:
        """Which scope knows ``key`` and how it is called there. Raises Wrong."""
        first, dot, rest = key.partition(".")
        for depth in range(len(self.scopes) - 1, 0, -1):
            name, fields = self.scopes[depth]
            if first == name and dot:
                if rest in fields.labels:
                    return depth, rest
                raise Wrong(self._unknown(key, [f"{name}.{one}" for one in fields.labels]))
        if key in self.scopes[0][1].labels:
            return 0, key
        raise Wrong(self._unknown(key, list(self.scopes[0][1].labels)))

    def _unknown(self, key: str, known: list[str]) -> str:
        near = difflib.get_close_matches(key[:80], known, n=1, cutoff=0.6)
        if near:
            reason = _("There is no field “%(field)s”. Did you mean “%(near)s”?")
            return reason % {"field": key[:80], "near": near[0]}
        reason = _("There is no field “%(field)s”. Choose one from the list of merge fields.")
        return reason % {"field": key[:80]}

    def _said(self, piece: Piece, read: Callable[[], "Expression"]) -> "Expression | None":
        try:
            return read()
        except Wrong as wrong:
            self._fault(piece.at, str(wrong))
            return None

    # Tags

    def _tag(self, piece: Piece) -> None:
        word, _blank, rest = piece.body.strip().partition(" ")
        rest = rest.strip()
        match word:
            case "if":
                self._open(piece, "if", rest)
            case "for":
                self._open(piece, "for", rest)
            case "elif" | "else":
                self._otherwise(piece, word, rest)
            case "endif" | "endfor":
                self._close(piece, word.removeprefix("end"))
            case _:
                reason = _("There is no “{%% %(tag)s %%}”. There are only “if” and “for”.")
                self._fault(piece.at, reason % {"tag": word[:40]})

    def _open(self, piece: Piece, tag: str, rest: str) -> None:
        block = Block(tag, piece.at, [], [])
        if len(self.blocks) > DEEPEST:
            reason = _("At most %(deepest)d conditions and loops can stand inside each other.")
            self._fault(piece.at, reason % {"deepest": DEEPEST})
        if tag == "if":
            block.branches.append((self._condition(piece, rest), block.nodes))
        else:
            self._begin_loop(piece, block, rest)
        self.blocks.append(block)

    def _condition(self, piece: Piece, rest: str) -> Condition:
        try:
            holds, keys = condition(rest, self._look_up)
        except Wrong as wrong:
            self._fault(piece.at, str(wrong))
            return lambda _scope: False
        self.used.update(keys)
        return holds

    def _begin_loop(self, piece: Piece, block: Block, rest: str) -> None:
        """Every loop opens a scope, also a wrong one: what stands in it is still checked."""
        found = _FOR.fullmatch(rest)
        known = self.scopes[0][1].lists
        if found is None:
            reason = _("Write a loop as “{% for x in list %}” with one of the lists given.")
            self._fault(piece.at, reason)
            self.scopes.append(("", Fields()))
            return
        name, wanted = found.groups()
        if sum(one.tag == "for" for one in self.blocks) >= DEEPEST_LOOPS:
            reason = _("At most %(deepest)d loops can stand inside each other.")
            self._fault(piece.at, reason % {"deepest": DEEPEST_LOOPS})
        if wanted not in known:
            reason = _("There is no list “%(list)s”. A loop goes through one of: %(known)s.")
            if not known:
                reason = _("There is no list “%(list)s”, and none that could be used here.")
            self._fault(piece.at, reason % {"list": wanted[:80], "known": listed(known)})
            self.scopes.append((name, Fields()))
            return
        self.used.add(wanted)
        self.scopes.append((name, known[wanted]))
        block.rows = lambda scope: scope[0].get(wanted)

    def _otherwise(self, piece: Piece, word: str, rest: str) -> None:
        block = self.blocks[-1]
        if block.tag != "if" or block.saw_else:
            reason = _("“{%% %(tag)s %%}” stands here without an “if” before it.")
            self._fault(piece.at, reason % {"tag": word})
            return
        if word == "else":
            block.saw_else = True
        holds = self._condition(piece, rest) if word == "elif" else (lambda _scope: True)
        block.nodes = []
        block.branches.append((holds, block.nodes))

    def _close(self, piece: Piece, tag: str) -> None:
        if self.blocks[-1].tag != tag:
            reason = _("“{%% end%(tag)s %%}” closes nothing here.")
            self._fault(piece.at, reason % {"tag": tag})
            return
        block = self.blocks.pop()
        if tag == "if":
            self.nodes.append(Choice(block.branches))
            return
        self.scopes.pop()
        if block.rows is not None:
            self.nodes.append(Loop(block.rows, block.nodes))
