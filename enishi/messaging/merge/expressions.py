"""What stands between the braces: a field with filters, or a condition."""

import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from enishi.ui.written import listed

from .template import Scope, Write, worded

LONGEST = 500
_KEY = re.compile(r"[A-Za-z_][\w.]{0,199}", re.ASCII)
_TOKEN = re.compile(
    r"""\s*(?:(?P<text>"[^"\n]*"|'[^'\n]*'|“[^”\n]*”)|(?P<number>-?\d{1,15}(?:\.\d{1,6})?)"""
    r"""|(?P<key>[A-Za-z_][\w.]{0,199})|(?P<sign>==|!=|[|:()]))\s*""",
    re.ASCII,
)

LookUp = Callable[[str], tuple[int, str]]
Condition = Callable[[Scope], bool]


class Wrong(Exception):
    """A mistake inside one pair of braces; its text is the sentence."""


@dataclass(frozen=True)
class Expression:
    """A field with its filters."""

    write: Write
    keys: frozenset[str]
    has_fallback: bool


@dataclass(frozen=True)
class Token:
    kind: str  # text, number, key, sign
    value: str


def _tokens(body: str) -> list[Token]:
    if len(body) > LONGEST:
        raise Wrong(_("This is too long for a merge field."))
    found, at, body = [], 0, body.strip()
    while at < len(body):
        token = _TOKEN.match(body, at)
        if token is None:
            reason = _("“%(body)s” cannot be read. Write a field such as “{{ member.name }}”.")
            raise Wrong(reason % {"body": body[:60]})
        kind = str(token.lastgroup)
        value = token[kind]
        found.append(Token(kind, value[1:-1] if kind == "text" else value))
        at = token.end()
    if not found:
        raise Wrong(_("A field is missing between the braces."))
    return found


def _reader(key: str, look_up: LookUp) -> Callable[[Scope], Any]:
    if not _KEY.fullmatch(key):
        raise Wrong(_("“%(body)s” is no field.") % {"body": key[:60]})
    depth, name = look_up(key)
    if depth == 0:
        return lambda scope: scope[0].get(name)
    return lambda scope: scope[depth].get(name)


def _worded(read: Callable[[Scope], Any]) -> Write:
    def write(scope: Scope) -> str:
        value = read(scope)
        return value if type(value) is str else worded(value)

    return write


def expression(body: str, look_up: LookUp) -> Expression:
    """``member.name|default:"会員"``. Raises Wrong."""
    tokens = _tokens(body)
    first = tokens.pop(0)
    if first.kind != "key":
        raise Wrong(_("“%(body)s” is no field.") % {"body": first.value[:60]})
    read = _reader(first.value, look_up)
    write = _worded(read)
    has_fallback = False
    while tokens:
        if tokens.pop(0).value != "|" or not tokens:
            reason = _("“%(body)s” cannot be read. Write a field such as “{{ member.name }}”.")
            raise Wrong(reason % {"body": body.strip()[:60]})
        name, argument = tokens.pop(0).value, None
        given = tokens[1] if len(tokens) > 1 and tokens[1].kind in ("text", "number") else None
        if given and tokens[0].value == ":":
            argument = given.value
            del tokens[:2]
        elif given and [one.value for one in tokens[:3:2]] == ["(", ")"]:
            argument = given.value  # as other template languages write it: default("…")
            del tokens[:3]
        has_fallback = has_fallback or name == "default"
        write = _filtered((name, argument), first.value, read, write, look_up)
    return Expression(write, frozenset({first.value}), has_fallback)


def _filtered(
    filtering: tuple[str, str | None],
    key: str,
    read: Callable[[Scope], Any],
    write: Write,
    look_up: LookUp,
) -> Write:
    name, argument = filtering
    if (name == "default") != (argument is not None) and name in FILTERS:
        if name == "default":
            raise Wrong(_('Write the fallback in quotes: “|default:"…"”.'))
        raise Wrong(_("The filter “%(name)s” takes no value.") % {"name": name})
    match name:
        case "default":
            return lambda scope: write(scope).strip() or str(argument)
        case "honorific":
            prefix, _dot, _name = key.rpartition(".")
            title = _reader(f"{prefix}.honorific" if prefix else "honorific", look_up)
            return lambda scope: _with_title(write(scope), worded(title(scope)))
        case "number":
            return lambda scope: _number(read(scope))
        case "date":
            return lambda scope: _date(read(scope))
        case "upper":
            return lambda scope: write(scope).upper()
        case "lower":
            return lambda scope: write(scope).lower()
    reason = _("There is no filter “%(name)s”. There are: %(known)s.")
    raise Wrong(reason % {"name": name[:40], "known": listed(FILTERS)})


FILTERS = ("default", "honorific", "number", "date", "upper", "lower")


def _with_title(name: str, title: str) -> str:
    return f"{name} {title}".rstrip() if name.strip() else ""


def _number(value: Any) -> str:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return format(value, ",")
    text = worded(value)
    return f"{int(text):,}" if text.isascii() and text.isdigit() and len(text) < 20 else text


def _date(value: Any) -> str:
    if isinstance(value, str) and len(value) == 10:
        with suppress(ValueError):
            return worded(date.fromisoformat(value))
    return worded(value)


# Conditions


def condition(body: str, look_up: LookUp) -> tuple[Condition, frozenset[str]]:
    """``member.type == "正会員" and not member.left_on``. Raises Wrong."""
    keys: set[str] = set()
    either: list[list[Condition]] = [[]]
    tokens = _tokens(body)
    while True:
        either[-1].append(_comparison(tokens, look_up, keys))
        if not tokens:
            break
        joint = tokens.pop(0)
        if joint.kind != "key" or joint.value not in {"and", "or"} or not tokens:
            raise Wrong(_unreadable(body))
        if joint.value == "or":
            either.append([])
    groups = tuple(map(tuple, either))

    def holds(scope: Scope) -> bool:
        return any(all(one(scope) for one in group) for group in groups)

    return holds, frozenset(keys)


def _unreadable(body: str) -> str:
    reason = _('The condition “%(body)s” cannot be read. Write it like “member.type == "…"”.')
    return reason % {"body": body[:60]}


def _comparison(tokens: list[Token], look_up: LookUp, keys: set[str]) -> Condition:
    negated = False
    while tokens and tokens[0] == Token("key", "not"):
        tokens.pop(0)
        negated = not negated
    left = _operand(tokens, look_up, keys)
    if tokens and tokens[0].value in {"==", "!="} and tokens[0].kind == "sign":
        unequal = tokens.pop(0).value == "!="
        right = _operand(tokens, look_up, keys)
        turned = negated != unequal
        return lambda scope: (worded(left(scope)) == worded(right(scope))) != turned
    return lambda scope: _is_there(left(scope)) != negated


def _is_there(value: Any) -> bool:
    return bool(value.strip() if isinstance(value, str) else value)


def _operand(tokens: list[Token], look_up: LookUp, keys: set[str]) -> Callable[[Scope], Any]:
    if not tokens:
        raise Wrong(_("The condition is not complete."))
    token = tokens.pop(0)
    match token.kind:
        case "text" | "number":
            return lambda _scope: token.value
        case "key":
            read = _reader(token.value, look_up)
            keys.add(token.value)
            return read
    raise Wrong(_unreadable(token.value))
