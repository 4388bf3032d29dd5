"""Telephone numbers."""

import re

from enishi.core.japanese.sentences import (
    PHONE_EXTENSION,
    PHONE_SEVERAL,
    PHONE_UNCLEAR,
    Unclear,
)
from enishi.core.japanese.text import fold

_DASHES = "‐‑‒–—―−ー─-"
_LABEL = re.compile(r"^(?:tel|phone|mobile|電話番号|電話|携帯電話|携帯|自宅)[.:]?", re.IGNORECASE)
_REMARK = re.compile(r" ?\((?:代表?|大代表|直通|自宅|携帯|勤務先|職場|会社)\)$")
_EXTENSION = re.compile(r"内線|内\d|ext|(?<=\d)[x#]\d", re.IGNORECASE)
_SEVERAL = re.compile(
    r"\d{2,4}[^\d/,;、]*\d{4}[)\s]*[/,;、]\s*[(+]?\d|\d{4}\s(?:or|または|又は)\s", re.ASCII
)
_TO_DIGITS = str.maketrans(
    dict.fromkeys(f" \u3000().（）．－ｰ{_DASHES}", "")
    | dict(zip("０１２３４５６７８９", "0123456789", strict=True))
)
_SIGNS = re.compile(rf"[\s().{_DASHES}]")
_ABROAD = re.compile(r"\+[1-9]\d{6,14}", re.ASCII)
_HOME = re.compile(r"(?:\+81|0081|010-?81)(?:\(0\)|0)?", re.ASCII)


def phone(text: str) -> str:
    """The digits of the number, with a leading zero that a spreadsheet lost put back.

    A Japanese number is judged by its shape: ten digits from 0, eleven from 0N0 (mobile, 050,
    0800). One of another country keeps its sign: `+12125551234`. An extension is refused, since
    nothing could dial it; it belongs in the note.
    """
    if not text or (text.isascii() and text.isdecimal() and _is_japanese(text)):
        return text
    digits = text.translate(_TO_DIGITS)
    if digits.isascii() and digits.isdecimal() and not text.endswith(".0"):
        for number in (digits, "0" + digits):
            if _is_japanese(number):
                return number
    value = _REMARK.sub("", _LABEL.sub("", fold(text).removeprefix("'"))).strip()
    if not value:
        if text.strip():
            raise Unclear(PHONE_UNCLEAR, value=text)
        return ""
    if _EXTENSION.search(value):
        raise Unclear(PHONE_EXTENSION, value=text)
    if _SEVERAL.search(value):
        raise Unclear(PHONE_SEVERAL, value=text)
    value = _SIGNS.sub("", value.removesuffix(".0").replace("(0)", "0"))
    if match := _HOME.match(value):
        value = "0" + value[match.end() :].removeprefix("0")
    elif _ABROAD.fullmatch(value):
        return value
    if value.isascii() and value.isdecimal():
        for number in (value, "0" + value, "0" + value.removeprefix("81").removeprefix("0")):
            if _is_japanese(number):
                return number
    raise Unclear(PHONE_UNCLEAR, value=text)


def _is_japanese(number: str) -> bool:
    if number[0] != "0" or number[1:2] in ("0", ""):
        return False
    if len(number) == 10:
        return number[1:3] not in ("70", "80", "90", "50")
    if len(number) == 11:
        return number[2] == "0"
    # Data sent by machine, M2M numbers of fourteen digits from 0200.
    return len(number) == 14 and number.startswith("0200")
