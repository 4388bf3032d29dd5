"""How an address is written: in lines, or in columns with its numbers in kanji."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field

from enishi.core import japanese

_DIGITS = "〇一二三四五六七八九"
_NUMBER = re.compile(r"\d+")
_HYPHEN = re.compile(r"(?<=[\d〇一二三四五六七八九十])[-‐-―−ー~〜](?=[\d〇一二三四五六七八九十])")
_LATIN = re.compile(r"[A-Za-z][A-Za-z'.&]{3,}")
_OFFICE = re.compile(r"(部|課|係|室|局|会|社|店|所|院|校|園|団|組合|法人|センター)$")
MR, MESSRS, FAMILY = "様", "御中", "ご家族ご一同様"


@dataclass
class Addressee:
    """Whom one label is for. ``names``: family and given name of each; '' family for an office."""

    postal_code: str
    address: str
    building: str = ""
    organisation: str = ""
    names: list[tuple[str, str]] = field(default_factory=list)
    honorific: str = MR
    number: str = ""
    abroad: list[str] = field(default_factory=list)  # what stands below a foreign address

    @property
    def postal(self) -> str:
        code = self.postal_code
        is_code = len(code) == 7 and code.isdigit()
        return f"{code[:3]}-{code[3:]}" if is_code else code


def office_or_person(text: str) -> str:
    """The honorific for an addressee that somebody wrote down in one line."""
    return MESSRS if _OFFICE.search(text.strip()) else MR


def kanji_number(digits: str) -> str:
    """二十三 up to 99, digit by digit from 100 on (三〇五), as on envelopes."""
    if len(digits) > 2 or digits.startswith("0"):
        return "".join(_DIGITS[int(one)] for one in digits)
    tens, ones = divmod(int(digits), 10)
    if not tens:
        return _DIGITS[ones]
    return ("" if tens == 1 else _DIGITS[tens]) + "十" + (_DIGITS[ones] if ones else "")


def upright(text: str) -> str:
    """Text for writing from top to bottom: 1丁目2-3 → 一丁目二ー三, letters at full width."""
    folded = japanese.fold(text)
    in_kanji = _NUMBER.sub(lambda match: kanji_number(match[0]), folded)
    return _HYPHEN.sub("ー", in_kanji)


# A token: one character that stands upright ("c"), a word that lies on its side ("r"), or a gap.
Token = tuple[str, str]


def tokens(text: str) -> list[Token]:
    """The signs of a column. Longer Latin words are turned, short ones stand letter by letter."""
    found: list[Token] = []
    text = upright(text)
    end = 0
    for match in _LATIN.finditer(text):
        found += _signs(text[end : match.start()])
        found.append(("r", match[0]))
        end = match.end()
    return found + _signs(text[end:])


def _signs(text: str) -> list[Token]:
    signs: list[Token] = []
    for sign in text:
        if sign.isspace():
            signs.append(("g", "0.5"))
        elif unicodedata.combining(sign) or 0xFE00 <= ord(sign) <= 0xFE0F or ord(sign) >= 0xE0100:
            if signs and signs[-1][0] == "c":  # a variant belongs to the kanji before it
                signs[-1] = ("c", signs[-1][1] + sign)
        else:
            signs.append(("c", _wide(sign)))
    return signs


def _wide(sign: str) -> str:
    """A half-width letter, digit or mark at full width."""
    code = ord(sign)
    if sign == "-":
        return "ー"
    return chr(code + 0xFEE0) if 0x21 <= code <= 0x7E else sign


def length(some: list[Token]) -> float:
    """How long a column is, in heights of one sign."""
    return sum(
        0.55 * len(text) + 0.2 if kind == "r" else float(text) if kind == "g" else 1.0
        for kind, text in some
    )


def _shorter(some: list[Token], capacity: float) -> Iterator[Token]:
    """Turned words that are longer than a column in pieces that are not."""
    most = max(int((capacity - 0.2) / 0.55), 1)
    for kind, text in some:
        if kind == "r" and len(text) > most:
            yield from ((kind, text[at : at + most]) for at in range(0, len(text), most))
        else:
            yield kind, text


def wrapped(some: list[Token], capacity: float) -> list[list[Token]]:
    """The signs in columns of at most ``capacity`` heights; never begins with a gap or a bar."""
    columns: list[list[Token]] = [[]]
    for token in _shorter(some, capacity):
        if columns[-1] and length([*columns[-1], token]) > capacity:
            columns.append([])
            if token[0] != "g" and token[1] in "ー、。）」" and len(columns[-2]) > 1:
                columns[-1].append(columns[-2].pop())
        if columns[-1] or token[0] != "g":
            columns[-1].append(token)
    return [column for column in columns if column]
