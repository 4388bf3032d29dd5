"""What the fields in a formula are called: kept by key, shown by label.

Labels change and are in two languages; a formula that was kept by them would give nothing once
a field is called something else, or once somebody reads it who uses another language.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from enishi.members.models import Field

from .formulas import NAMED, QUOTED

_PIECES = re.compile(rf"({QUOTED})|[{{｛]([^{{}}｛｝]*)[}}｝]|({NAMED})(?!\w|\s*[(（])")
_TRUTHS = ("true", "false")


def with_names(text: str, named: Callable[[str], str | None]) -> str:
    """The formula with each field in braces called as ``named`` says; None leaves it as it is."""

    def put(found: re.Match[str]) -> str:
        quoted, braced, bare = found.groups()
        if quoted is not None or (bare or "").lower() in _TRUTHS:
            return found[0]
        name = named((bare if braced is None else braced).strip())
        return found[0] if name is None else f"{{{name}}}"

    return _PIECES.sub(put, text)


def by_key(text: str, names: Mapping[str, tuple[str, Any]]) -> str:
    """As it is kept. ``names``: what may stand in braces → key, as ``referable`` gives it."""

    def key(name: str) -> str | None:
        found = names.get(name) or names.get(name.lower())
        return None if found is None else _short(found[0], names)

    return with_names(text, key)


def by_label(text: str, names: Mapping[str, tuple[str, Any]], labels: Mapping[str, str]) -> str:
    """As people read and write it. ``labels``: key → label in the language of the page."""

    def label(name: str) -> str | None:
        found = names.get(name)
        said = labels.get(found[0], "") if found is not None else ""
        plain = said and not re.search(r"[{}｛｝]", said)
        return said if plain and names.get(said) == found else None

    return with_names(text, label)


def _short(key: str, names: Mapping[str, tuple[str, Any]]) -> str:
    short = key.removeprefix("data.")
    return short if names.get(short, ("",))[0] == key else key


def with_values(text: str, field: Field, gone: Iterable[tuple[str, str]]) -> str:
    """The formula where a choice of ``field`` is compared with a label that it had: by its value.

    ``gone``: labels that no longer stand for a choice, with the value that they stood for.
    """
    name = rf"\{{(?:data\.)?{re.escape(field.key)}\}}"
    sign = r"\s*(?:==|!=|<>|≠|=|＝)\s*"
    for label, value in gone:
        if '"' in value:
            continue
        said = "|".join(re.escape(f"{a}{label}{b}") for a, b in ('""', "''", "「」"))
        text = re.sub(rf"({name}{sign})(?:{said})", lambda m: f'{m[1]}"{value}"', text)  # noqa: B023 - used at once
        text = re.sub(rf"(?:{said})({sign}{name})", lambda m: f'"{value}"{m[1]}', text)  # noqa: B023
    return text
