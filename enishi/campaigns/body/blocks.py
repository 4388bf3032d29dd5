"""Blocks of the editor, and how they become MJML.

A body is a list of blocks: ``{"type": "heading", "text": …}``, ``text``, ``image`` (src, alt,
href, perhaps width in pixels), ``button`` (text, href), ``divider``, ``html`` (html), ``columns``
(columns: two or three lists of blocks), ``members`` (segment, blocks: only members of that segment
see them) and ``repeat`` (database, text, perhaps field and value: the text once for each record of
the member, of those whose choice it is; it names {{ row.… }}).
"""

import json
import re
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

MOST = 200
LONGEST = 50_000
WIDEST = 600  # pixels of a mail
TYPES: dict[str, Any] = {
    "heading": pgettext_lazy("block", "Heading"),
    "text": pgettext_lazy("block", "Text"),
    "image": pgettext_lazy("block", "Image"),
    "button": pgettext_lazy("block", "Button"),
    "divider": pgettext_lazy("block", "Divider"),
    "columns": pgettext_lazy("block", "Columns"),
    "members": pgettext_lazy("block", "Only for a segment"),
    "repeat": pgettext_lazy("block", "For each record"),
    "html": pgettext_lazy("block", "HTML by hand"),
}
TEXTS = ("text", "html", "src", "alt", "href")
_REPEAT = ("database", "field", "value")
_KNOWN = {"type", "width", "segment", "blocks", "columns", *_REPEAT, *TEXTS}
# Around HTML by hand, which the makers of MJML must not read: it is as people paste it.
RAW_BEGIN, RAW_END = "\x02", "\x03"
_KEY = re.compile(r"[A-Za-z_]\w{0,59}", re.ASCII)
_CONTROL = re.compile(r"[\x01-\x08\x0b\x0c\x0e-\x1f\x7f]")  # as Word and PDF put into texts
_LINK = re.compile(r"\[([^\]\n]{1,300})\]\(((?:\{\{[^}\n]*\}\}|[^)\s]){1,2000})\)")
_BARE = re.compile(r"(?<![\"'=\w(>])(https?://(?:\{\{[^}\n]*\}\}|[^\s<>\"'）」{])+)")
_BOLD = re.compile(r"\*\*([^*\n]{1,500})\*\*")


class BadBlock(ValueError):
    """``path`` leads to the block; the text is the sentence."""

    def __init__(self, path: str, sentence: str) -> None:
        self.path = path
        super().__init__(sentence)


def checked(blocks: Any, path: str = "blocks", depth: int = 0) -> list[dict[str, Any]]:
    """The blocks as they are kept. Raises BadBlock."""
    if not isinstance(blocks, list) or len(blocks) > MOST:
        raise BadBlock(path, _("Send a list of up to 200 blocks."))
    return [_checked(one, f"{path}[{number}]", depth) for number, one in enumerate(blocks)]


def _checked(block: Any, path: str, depth: int) -> dict[str, Any]:
    if not isinstance(block, Mapping) or block.get("type") not in TYPES:
        known = ", ".join(TYPES)
        raise BadBlock(path, _("A block has a type, one of: %(known)s.") % {"known": known})
    if not set(block) <= _KNOWN:
        strange = ", ".join(sorted(set(block) - _KNOWN))
        reason = _("A block has no “%(name)s”, only: %(known)s.")
        known = ", ".join(sorted(_KNOWN))
        raise BadBlock(path, reason % {"name": strange[:60], "known": known})
    kept: dict[str, Any] = {"type": block["type"]}
    for name in TEXTS:
        value = block.get(name)
        if value is None:
            continue
        if not isinstance(value, str) or len(value) > LONGEST or "\x00" in value:
            raise BadBlock(f"{path}.{name}", _("Write a text of up to 50,000 characters."))
        kept[name] = _CONTROL.sub("", value)
    if block["type"] in ("columns", "members") and depth >= 2:
        raise BadBlock(path, _("Columns and parts for a segment cannot stand so deep inside."))
    if block["type"] == "image" and block.get("width") not in (None, ""):
        kept["width"] = _width(block["width"], path)
    if block["type"] == "members":
        segment = block.get("segment")
        if not str(segment).isdecimal():
            raise BadBlock(f"{path}.segment", _("Choose a segment."))
        kept["segment"] = int(str(segment))
        kept["blocks"] = checked(block.get("blocks", []), f"{path}.blocks", depth + 1)
    if block["type"] == "repeat":
        kept |= _repeated(block, path)
    if block["type"] == "columns":
        columns = block.get("columns", [])
        if not isinstance(columns, list) or not 1 <= len(columns) <= 3:
            raise BadBlock(f"{path}.columns", _("Columns are one to three lists of blocks."))
        kept["columns"] = [
            checked(one, f"{path}.columns[{number}]", depth + 1)
            for number, one in enumerate(columns)
        ]
    return kept


def _width(value: Any, path: str) -> int:
    written = str(value)
    if not (written.isascii() and written.isdigit() and 1 <= int(written[:5]) <= WIDEST):
        sentence = _("Write a width from 1 to %(most)d pixels.")
        raise BadBlock(f"{path}.width", sentence % {"most": WIDEST})
    return int(written)


def _repeated(block: Mapping[str, Any], path: str) -> dict[str, str]:
    said = {name: str(block.get(name) or "") for name in _REPEAT}
    if not _KEY.fullmatch(said["database"]):
        raise BadBlock(f"{path}.database", _("Choose a database."))
    if not said["field"]:
        return {"database": said["database"]}
    if not _KEY.fullmatch(said["field"]):
        raise BadBlock(f"{path}.field", _("Choose a field."))
    if (
        not said["value"]
        or len(said["value"]) > 200
        or re.search(r'["{}%\\\x00-\x1f]', said["value"])
    ):
        raise BadBlock(f"{path}.value", _("Choose one of the choices."))
    return said


def repeats(block: Mapping[str, Any], inner: str) -> str:
    """``inner`` as a loop of the merge language over the block's records."""
    if block.get("field"):
        asked = f'{{% if row.{block["field"]}.is == "{block["value"]}" %}}'
        inner = f"{asked}{inner}{{% endif %}}"
    return f"{{% for row in records.{block['database']} %}}{inner}{{% endfor %}}"


def walk(
    blocks: list[dict[str, Any]], path: str = "blocks"
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every block with its path, outer ones first."""
    for number, block in enumerate(blocks):
        here = f"{path}[{number}]"
        yield here, block
        yield from walk(block.get("blocks", []), f"{here}.blocks")
        for column, inner in enumerate(block.get("columns", [])):
            yield from walk(inner, f"{here}.columns[{column}]")


def segments_in(blocks: list[dict[str, Any]]) -> set[int]:
    """The segments whose members see parts of their own."""
    return {int(block["segment"]) for _path, block in walk(blocks) if block["type"] == "members"}


_HEAD = (
    '<mjml lang="{lang}"><mj-head><mj-attributes>'
    "<mj-all font-family=\"'Hiragino Sans','Hiragino Kaku Gothic ProN','Yu Gothic',Meiryo,"
    'sans-serif" />'
    '<mj-text font-size="16px" line-height="1.7" color="#24292f" />'
    '<mj-section padding="0" /><mj-body background-color="#f4f5f7" />'
    '<mj-button background-color="#206bc4" color="#ffffff" font-size="16px" '
    'border-radius="4px" inner-padding="12px 24px" />'
    '<mj-divider border-width="1px" border-color="#d8dee4" />'
    "</mj-attributes></mj-head>"
    '<mj-body background-color="#f4f5f7"><mj-wrapper background-color="#ffffff" padding="16px 0">'
)
_TAIL = "</mj-wrapper></mj-body></mjml>"


def to_mjml(blocks: list[dict[str, Any]]) -> str:
    """The whole mail as MJML, with merge fields as they were written."""
    return _HEAD.replace("{lang}", settings.LANGUAGE_CODE) + "".join(_sections(blocks)) + _TAIL


def _sections(blocks: list[dict[str, Any]]) -> Iterator[str]:
    plain: list[str] = []
    for block in blocks:
        if block["type"] not in ("columns", "members"):
            plain.append(_inner(block))
            continue
        if plain:
            yield _section(["".join(plain)])
            plain = []
        if block["type"] == "columns":
            yield _section(["".join(map(_inner, column)) for column in block["columns"]])
        else:
            yield _only(block["segment"], "".join(_sections(block["blocks"])))
    if plain:
        yield _section(["".join(plain)])


def _only(segment: int, inner: str) -> str:
    return f"{{% if segment.s{segment} %}}{inner}{{% endif %}}"


def _section(columns: list[str]) -> str:
    inner = "".join(f"<mj-column>{column}</mj-column>" for column in columns)
    return f"<mj-section>{inner}</mj-section>"


def _inner(block: dict[str, Any]) -> str:
    text = block.get("text", "")
    match block["type"]:
        case "heading":
            return (
                '<mj-text font-size="22px" line-height="1.4" font-weight="700">'
                f'<h2 style="margin:0;font-size:22px;line-height:1.4">{_words(text)}</h2></mj-text>'
            )
        case "text":
            return f"<mj-text>{paragraphs(text)}</mj-text>"
        case "image":
            href = f' href="{_attribute(block["href"])}"' if block.get("href") else ""
            alt = _attribute(block.get("alt", ""))
            wide = f' width="{block["width"]}px"' if block.get("width") else ""
            return f'<mj-image src="{_attribute(block.get("src", ""))}" alt="{alt}"{wide}{href} />'
        case "button":
            return (
                f'<mj-button href="{_attribute(block.get("href", ""))}">{_words(text)}</mj-button>'
            )
        case "repeat":
            return f"<mj-text>{repeats(block, paragraphs(text))}</mj-text>"
        case "divider":
            return "<mj-divider />"
        case "html":
            return f"<mj-text>{RAW_BEGIN}{block.get('html', '')}{RAW_END}</mj-text>"
        case "members":
            return _only(block["segment"], "".join(map(_inner, block["blocks"])))
        case "columns":  # inside a column there are no further ones: they follow each other
            return "".join(_inner(one) for column in block["columns"] for one in column)
    return ""


def _attribute(text: str) -> str:
    """For an attribute; quotes inside merge fields must not end it."""
    return escape(text.strip(), quote=True)


def _words(text: str) -> str:
    return escape(text, quote=False).replace("\n", "<br />")


def paragraphs(text: str, look: str = ' style="margin:0 0 1em"') -> str:
    """Plain text as paragraphs: **bold**, [words](address) and bare addresses become links.

    ``look`` is for mails; our own pages have style sheets, and allow no other styles.
    """
    parts = [part for part in re.split(r"\n\s*\n", text.strip()) if part]
    return "".join(f"<p{look}>{_rich(part)}</p>" for part in parts)


def _rich(text: str) -> str:
    marked = escape(text, quote=False)
    marked = _LINK.sub(lambda m: f'<a href="{m[2].replace(chr(34), "&quot;")}">{m[1]}</a>', marked)
    marked = _BARE.sub(lambda m: f'<a href="{m[1]}">{m[1]}</a>', marked)
    marked = _BOLD.sub(r"<strong>\1</strong>", marked)
    return marked.replace("\n", "<br />")


def words_of(written: str) -> str:
    """What blocks say, a line each, for people who compare two texts; ``written`` is their JSON."""
    try:
        found = json.loads(written or "[]")
    except ValueError:
        return written
    return "\n".join(_lines(found))


def _lines(blocks: Any) -> Iterator[str]:
    for block in blocks if isinstance(blocks, list) else []:
        if not isinstance(block, dict):
            continue
        yield from (str(block[name]) for name in TEXTS if block.get(name))
        for below in (block.get("blocks"), *(block.get("columns") or [])):
            yield from _lines(below)
