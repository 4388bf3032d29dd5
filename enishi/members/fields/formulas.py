"""The language of computed fields: a small expression over other fields, and nothing else.

    if({年会費} >= 10000, concat("A", {number}), "B")
    round(days({joined_on}, today()) / 365.25, 1)

Other fields stand in braces, by key or label. There are numbers, texts in quotes, + - * / &,
= <> < <= > >=, brackets and the functions of ``FUNCTIONS``. A formula is read once into a tree of
closures; what it costs is bounded by its length, and the length of texts by ``LONGEST``. What
cannot be worked out (a missing number, a division by zero) is empty.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, DecimalException, localcontext
from typing import Any

from django.utils.translation import gettext as _

from .functions import FUNCTIONS, Function, Kind, compared, is_true, joined
from .wrong import Wrong

LONGEST_FORMULA = 2_000
MOST_TOKENS = 300
DEEPEST = 40
LARGEST = Decimal(10) ** 30

Values = Mapping[str, Any]  # key of a field → Decimal, str, bool, date or None
Work = Callable[[Values], Any]

QUOTED = r"\"[^\"]*\"|'[^']*'|「[^」]*」"
NAMED = r"[^\W\d]\w*"
_TOKEN = re.compile(
    rf"\s*(?:(?P<number>\d+(?:\.\d+)?)|(?P<text>{QUOTED})|\{{(?P<ref>[^{{}}]*)\}}"
    rf"|(?P<name>{NAMED})|(?P<sign><=|>=|<>|!=|==|[-+*/&=<>(),]))",
)
_WIDE = str.maketrans("（），＋－＊／＝＜＞＆｛｝×÷　≧≦≠", "(),+-*/=<>&{}*/ \x01\x02\x03")
_SIGNS = {"\x01": ">=", "\x02": "<=", "\x03": "<>"}
_POWER = {
    **dict.fromkeys(("=", "==", "<>", "!=", "<", "<=", ">", ">="), 1),
    "&": 2,
    **dict.fromkeys("+-", 3),
    **dict.fromkeys("*/", 4),
}


@dataclass
class Formula:
    """A formula that was read. ``refs`` are the keys of the fields that it needs."""

    text: str
    kind: Kind
    work: Work
    refs: frozenset[str]
    moving: bool  # depends on the present day

    def value(self, values: Values) -> Any:
        """The result, None where it cannot be worked out."""
        try:
            with localcontext() as context:
                context.prec = 40
                return self.work(values)
        except (DecimalException, ValueError, OverflowError, TypeError):
            return None


@dataclass
class _Part:
    kind: Kind
    work: Work
    constant: bool = False


@dataclass
class _Reader:
    """Reads one formula. ``fields``: what stands in braces → key and kind of the field."""

    tokens: list[tuple[str, str]]
    fields: Mapping[str, tuple[str, Kind]]
    at: int = 0
    depth: int = 0
    refs: set[str] = field(default_factory=set)
    moving: bool = False

    def peek(self) -> tuple[str, str]:
        return self.tokens[self.at] if self.at < len(self.tokens) else ("end", "")

    def take(self) -> tuple[str, str]:
        token = self.peek()
        self.at += 1
        return token

    def expect(self, sign: str) -> None:
        found = self.take()
        if found != ("sign", sign):
            raise Wrong(_("“%(sign)s” is missing in the formula.") % {"sign": sign})

    def expression(self, least: int = 0) -> _Part:
        self.depth += 1
        if self.depth > DEEPEST:
            raise Wrong(_("The formula is nested too deeply."))
        left = self.operand()
        while True:
            kind, sign = self.peek()
            power = _POWER.get(sign, 0) if kind == "sign" else 0
            if not power or power <= least:
                break
            self.take()
            left = _joined(sign, left, self.expression(power))
        self.depth -= 1
        return left

    def operand(self) -> _Part:
        kind, text = self.take()
        match kind:
            case "number":
                number = Decimal(text)
                return _Part(Kind.NUMBER, lambda _values: number)
            case "text":
                inner = text[1:-1]
                return _Part(Kind.TEXT, lambda _values: inner)
            case "ref":
                return self.field(text)
            case "name":
                return self.named(text)
            case "sign" if text == "(":
                found = self.expression()
                self.expect(")")
                return found
            case "sign" if text in "+-":
                inner_part = self.expression(4)
                if text == "+":
                    return inner_part
                zero = _Part(Kind.NUMBER, lambda _values: Decimal(0))
                return _joined("-", zero, inner_part)
            case "end":
                raise Wrong(_("The formula ends too early."))
        raise Wrong(_("“%(sign)s” does not belong here.") % {"sign": text})

    def field(self, name: str) -> _Part:
        found = self.fields.get(name.strip()) or self.fields.get(name.strip().lower())
        if found is None:
            raise Wrong(_("There is no field “%(name)s”.") % {"name": name.strip()[:50]})
        key, kind = found
        self.refs.add(key)
        return _Part(kind, lambda values: values.get(key))

    def named(self, name: str) -> _Part:
        if self.peek() != ("sign", "("):
            if name.lower() in ("true", "false"):
                truth = name.lower() == "true"
                return _Part(Kind.TRUTH, lambda _values: truth)
            return self.field(name)
        self.take()
        arguments: list[_Part] = []
        if self.peek() != ("sign", ")"):
            arguments.append(self.expression())
            while self.peek() == ("sign", ","):
                self.take()
                arguments.append(self.expression())
        self.expect(")")
        function = FUNCTIONS.get(name.lower())
        if function is None:
            raise Wrong(_("There is no function “%(name)s”.") % {"name": name[:50]})
        self.moving = self.moving or function.moving
        return _called(name.lower(), function, arguments)


def read(text: str, fields: Mapping[str, tuple[str, Kind]]) -> Formula:
    """Read a formula. Raises Wrong with a sentence that says what is wrong with it."""
    if len(text) > LONGEST_FORMULA:
        raise Wrong(_("The formula is too long."))
    tokens = _tokens(text)
    if len(tokens) > MOST_TOKENS:
        raise Wrong(_("The formula is too long."))
    reader = _Reader(tokens, fields)
    found = reader.expression()
    kind, rest = reader.peek()
    if kind != "end":
        raise Wrong(_("“%(sign)s” does not belong here.") % {"sign": rest[:50]})
    return Formula(text, found.kind, found.work, frozenset(reader.refs), reader.moving)


def _tokens(text: str) -> list[tuple[str, str]]:
    tokens: list[tuple[str, str]] = []
    at = 0
    text = _half_width(text.strip())
    if not text:
        raise Wrong(_("Write a formula."))
    while at < len(text):
        if not text[at:].strip():
            break
        match = _TOKEN.match(text, at)
        if match is None:
            raise Wrong(_("“%(sign)s” does not belong here.") % {"sign": text[at:].strip()[:1]})
        kind = str(match.lastgroup)
        tokens.append((kind, match[kind]))
        at = match.end()
    return tokens


def _half_width(text: str) -> str:
    """Signs in half width, but for what stands in quotes or braces."""
    pieces = re.split(rf"({QUOTED}|[{{｛][^{{}}｛｝]*[}}｝])", text)
    for i, piece in enumerate(pieces):
        if i % 2 and piece[0] in "{｛":
            pieces[i] = f"{{{piece[1:-1]}}}"
        elif not i % 2:
            half = re.sub("[０-９．]", lambda m: chr(ord(m[0]) - 0xFEE0), piece).translate(_WIDE)
            for mark, sign in _SIGNS.items():
                half = half.replace(mark, sign)
            pieces[i] = half
    return "".join(pieces)


def _joined(sign: str, left: _Part, right: _Part) -> _Part:
    one, other = left.work, right.work
    if sign == "&":
        return _Part(Kind.TEXT, lambda values: joined([one(values), other(values)]))
    if sign in ("=", "==", "<>", "!=", "<", "<=", ">", ">="):
        if left.kind is not right.kind and Kind.ANY not in (left.kind, right.kind):
            raise Wrong(_("“%(sign)s” compares two things of different kinds.") % {"sign": sign})
        return _Part(Kind.TRUTH, lambda values: compared(sign, one(values), other(values)))
    if sign == "-" and left.kind is Kind.DATE and right.kind is Kind.DATE:
        return _called("days", FUNCTIONS["days"], [right, left])
    for part in (left, right):
        if part.kind not in (Kind.NUMBER, Kind.ANY):
            raise Wrong(_("“%(sign)s” needs numbers on both sides.") % {"sign": sign})

    def work(values: Values) -> Any:
        a, b = one(values), other(values)
        if not isinstance(a, Decimal) or not isinstance(b, Decimal):
            return None
        match sign:
            case "+":
                found = a + b
            case "-":
                found = a - b
            case "*":
                found = a * b
            case _:
                found = a / b
        return found if abs(found) <= LARGEST else None

    return _Part(Kind.NUMBER, work)


def _called(name: str, function: Function, arguments: Sequence[_Part]) -> _Part:
    least, most = function.least, function.most
    if not least <= len(arguments) <= (most or len(arguments)):
        raise Wrong(_("%(name)s() has not the right number of values.") % {"name": name})
    for i, argument in enumerate(arguments):
        wanted = function.takes[min(i, len(function.takes) - 1)] if function.takes else Kind.ANY
        if Kind.ANY not in (wanted, argument.kind) and argument.kind is not wanted:
            raise Wrong(
                _("%(name)s() cannot take this as value number %(number)s.")
                % {"name": name, "number": i + 1}
            )
    works = [argument.work for argument in arguments]
    if name == "if":
        kinds = {argument.kind for argument in arguments[1:]} - {Kind.ANY}
        if len(kinds) > 1:
            raise Wrong(_("Both values of if() must be of the same kind."))
        kind = next(iter(kinds), Kind.ANY)
        when, then = works[0], works[1]
        otherwise = works[2] if len(works) > 2 else lambda _values: None
        return _Part(
            kind, lambda values: then(values) if is_true(when(values)) else otherwise(values)
        )
    kind = function.gives
    if kind is Kind.ANY and arguments:
        kinds = {argument.kind for argument in arguments} - {Kind.ANY}
        if len(kinds) > 1:
            raise Wrong(_("The values of %(name)s() must be of the same kind.") % {"name": name})
        kind = next(iter(kinds), Kind.ANY)
    do = function.do
    return _Part(kind, lambda values: do(*[work(values) for work in works]))
