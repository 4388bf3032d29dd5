"""The form in which texts are compared: one width, no capitals, katakana.

``normal`` in Python and ``members_normal`` in SQL are the same function; a test holds them
together. First NFKC (Unicode's compatibility form), then letter by letter: capitals of Latin, Greek
and Cyrillic letters become small ones, hiragana becomes katakana.
"""

import re
import unicodedata
from functools import cache
from itertools import product

HIRAGANA = "".join(map(chr, (*range(0x3041, 0x3097), 0x309D, 0x309E)))
KATAKANA = "".join(chr(ord(letter) + 0x60) for letter in HIRAGANA)
CAPITALS = "".join(
    chr(code)
    for code in (*range(0xC0, 0x180), *range(0x391, 0x3AA), *range(0x400, 0x430))
    if len(chr(code).lower()) == 1 and chr(code).lower() != chr(code)
)
_ASCII = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
LETTERS = str.maketrans(HIRAGANA + CAPITALS + _ASCII, KATAKANA + CAPITALS.lower() + _ASCII.lower())
_SPECIAL = re.compile(r"([\\^$.|?*+()\[\]{}])")
MOST_WRITINGS = 64


def normal(text: str) -> str:
    """``text`` as it is compared."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    return text.translate(LETTERS)


@cache
def _writings() -> dict[str, str]:
    """Letter of the normal form → all letters of folded text that become it."""
    found: dict[str, str] = {}
    for letter in map(chr, (*range(0xF900, 0xFB00), *range(0x2F800, 0x2FA20))):
        plain = unicodedata.normalize("NFKC", letter)
        if len(plain) == 1 and plain != letter:
            found[plain] = found.get(plain, plain) + letter
    for code, becomes in LETTERS.items():
        plain = chr(becomes) if isinstance(becomes, int) else becomes
        found[plain] = found.get(plain, plain) + chr(code)
    return found


def writings(text: str, *, lower: bool = False) -> list[str] | None:
    """Every folded text whose normal form is ``text`` (which is normal); None if too many.

    ``lower``: only those without capitals.
    """
    letters = [_of(letter, lower=lower) for letter in text]
    count = 1
    for letter in letters:
        count *= len(letter)
        if count > MOST_WRITINGS:
            return None
    return ["".join(one) for one in product(*letters)]


def pattern(text: str, *, lower: bool = False) -> str | None:
    """A regular expression for ``text`` in folded text; None where a plain comparison will do."""
    letters = [_of(letter, lower=lower) for letter in text]
    if all(len(letter) == 1 for letter in letters):
        return None
    return "".join(
        f"[{letter}]" if len(letter) > 1 else _SPECIAL.sub(r"\\\1", letter) for letter in letters
    )


def _of(letter: str, *, lower: bool) -> str:
    found = _writings().get(letter, letter)
    if lower and len(found) > 1:
        found = "".join(one for one in found if one == letter or not one.isupper())
    return found


def normal_pattern(written: str) -> str:
    """A regular expression over normal text that means what ``written`` means over any.

    Only letters that are no syntax are changed, so escapes and classes keep their sense; capitals
    are dealt with by comparing without regard to case.
    """
    pieces = re.split(r"([^\x00-\x7f]+)", written)
    for index in range(1, len(pieces), 2):
        wide = unicodedata.normalize("NFKC", pieces[index]).translate(LETTERS)
        pieces[index] = "".join(
            letter if not letter.isascii() or letter.isalnum() else f"\\{letter}" for letter in wide
        )
    return "".join(pieces)


def in_sql(expression: str) -> str:
    """The normal form of an SQL expression."""
    return f"members_normal({expression})"


def definition() -> str:
    """What ``members_normal`` is, for the migration that makes it."""
    letters = f"'{HIRAGANA + CAPITALS}', '{KATAKANA + CAPITALS.lower()}'"
    whole = f'translate(lower(normalize($1, NFKC) COLLATE "C"), {letters})'
    changed = f"[A-Z{HIRAGANA[0]}-{HIRAGANA[-3]}{HIRAGANA[-2:]}{CAPITALS}]"
    return (
        "SELECT CASE"
        ' WHEN octet_length($1) = char_length($1) THEN lower($1 COLLATE "C")'
        f" WHEN $1 IS NFKC NORMALIZED AND ($1 COLLATE \"C\") !~ '{changed}' THEN $1"
        f" ELSE {whole} END"
    )
