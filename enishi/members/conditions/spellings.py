"""Every text that has a given normal form, where there are not too many.

An own text is stored as it was written. Instead of making the normal form of a million of them,
an equality may look for all the texts that have it: 看護師 has three letters, and hardly anything
else becomes one of them. Letters of Latin have too many forms, so those texts are normalised.

The normal form is NFKC, then letter by letter (``normal``). NFKC of a text is a composed text if
and only if their full decompositions are the same; so what is looked for are all ways to put the
decomposition of the wanted text together out of single letters' decompositions.
"""

import unicodedata
from functools import cache, lru_cache
from itertools import pairwise, product

from .normal import LETTERS

MOST_SPELLINGS = 1_000
_HANGUL = range(0xAC00, 0xD7A4)  # composed by rule, eleven thousand of them


@lru_cache(maxsize=256)
def spellings(text: str) -> tuple[str, ...] | None:
    """Every text whose normal form is ``text`` (which is normal); None if there are too many."""
    letters = [_before().get(letter, "") + letter for letter in text]
    if _too_many(map(len, letters)):
        return None
    found: set[str] = set()
    for written in map("".join, product(*letters)):
        if not unicodedata.is_normalized("NFKC", written):
            continue
        ways = _put_together(unicodedata.normalize("NFD", written))
        if ways is None or len(found) + len(ways) > MOST_SPELLINGS:
            return None
        found.update(ways)
    return tuple(sorted(found))


def _put_together(decomposed: str) -> list[str] | None:
    """All texts that decompose to this one; None where marks could change places, or too many."""
    marks = [unicodedata.combining(letter) > 0 for letter in decomposed]
    if any(one and other for one, other in pairwise(marks)):
        return None
    if any("\u1100" <= letter <= "\u11ff" for letter in decomposed):
        return None
    ways: list[list[str]] = [[""]]
    for end in range(1, len(decomposed) + 1):
        here: list[str] = []
        for start in range(max(0, end - LONGEST), end):
            letters = _pieces().get(decomposed[start:end], "")
            here += [before + letter for before in ways[start] for letter in letters]
            if len(here) > MOST_SPELLINGS:
                return None
        ways.append(here)
    return ways[-1]


LONGEST = 18  # letters that one letter decomposes to, at the most (U+FDFA)


@cache
def _pieces() -> dict[str, str]:
    """Decomposition → the letters that have it; a letter without one has itself."""
    found = _Itself()
    for code in (*range(0x20000), *range(0x2F800, 0x2FA20)):  # kanji beyond stand for themselves
        letter = chr(code)
        if code in _HANGUL or not unicodedata.decomposition(letter):
            continue
        whole = unicodedata.normalize("NFKD", letter)
        found[whole] = found.get(whole) + letter
    return found


class _Itself(dict[str, str]):
    """A single letter that nothing else decomposes to still has itself."""

    def get(self, key: str, default: str = "") -> str:  # type: ignore[override]
        return super().get(key, key if len(key) == 1 else default)


@cache
def _before() -> dict[str, str]:
    """Letter of the normal form → the other letters that become it after NFKC."""
    found: dict[str, str] = {}
    for code, becomes in LETTERS.items():
        found[chr(becomes)] = found.get(chr(becomes), "") + chr(code)
    return found


def _too_many(counts: "map[int]") -> bool:
    most = 1
    for count in counts:
        most *= count
        if most > MOST_SPELLINGS:
            return True
    return False
