"""Text as Japanese offices write it: widths, spaces, kana; what a search compares."""

import re
import unicodedata

from enishi.core.japanese.sentences import KANA_UNCLEAR, Unclear
from enishi.core.japanese.variants import VARIANTS

# Kanji that Unicode normalisation would replace by another shape of themselves (福, 神, 祥 in
# their old forms). People are particular about the shape of their name: `fold` keeps it.
_KEPT = re.compile("([\uf900-\ufaff\U0002f800-\U0002fa1f]+)")
_NOT_PRINTED = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
_ODD = re.compile(
    "[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\u309b\u309c"
    "\uf900-\ufaff\U0002f800-\U0002fa1f]"
)
_VOICED_MARKS = {0x309B: "\u3099", 0x309C: "\u309a"}
_HIRAGANA = {code: chr(code + 0x60) for code in (*range(0x3041, 0x3097), 0x309D, 0x309E)}
_SEARCHED = (
    VARIANTS | _HIRAGANA | {ord("ヶ"): "ケ", ord("ヵ"): "カ", ord("ゕ"): "カ", ord("ゖ"): "ケ"}
)
# The same letter by letter, as PostgreSQL's translate() takes it; what has no match goes away.
SEARCHED_AS = (
    "".join(chr(code) for code, into in _SEARCHED.items() if len(into) == 1),
    "".join(into for into in _SEARCHED.values() if len(into) == 1),
)
_SELECTORS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")

_CLEAN_KANA = re.compile("[ァ-ヺー・]+(?: [ァ-ヺー・]+)*")
_DASH_IN_KANA = re.compile("(?<=[ァ-ヺ])[-‐‑‒–—―−─]")
_KANA_TEXT = re.compile(r"[ァ-ヾA-Za-z0-9 .,'&()/ー・\-]*")


def fold(text: str) -> str:
    """The text in one width (NFKC), trimmed, with single half-width spaces inside.

    Line breaks become spaces and invisible characters go. The shape of a kanji is never changed.
    """
    if text.isascii():
        if text.isprintable() and "  " not in text:
            return text.strip(" ")
    elif text.isprintable() and "  " not in text and unicodedata.is_normalized("NFKC", text):
        return text.strip(" ")
    return _folded(text)


def _folded(text: str) -> str:
    if not _ODD.search(text):
        text = unicodedata.normalize("NFKC", text)
    else:
        pieces = _KEPT.split(_NOT_PRINTED.sub("", text).translate(_VOICED_MARKS))
        pieces[::2] = [unicodedata.normalize("NFKC", piece) for piece in pieces[::2]]
        text = "".join(pieces)
    if not text.isprintable():
        text = "".join(ch if _is_kept(ch) else " " for ch in text)
    return " ".join(text.split())


def _is_kept(letter: str) -> bool:
    """Printable, or unknown to this Python: rare kanji that Unicode has only lately taken in."""
    return letter.isprintable() or unicodedata.category(letter) == "Cn"


def as_written(text: str) -> str:
    """A note or other long text: kept as it is, trimmed, line ends as \\n."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


def katakana(text: str) -> str:
    """Kana of any writing as full-width katakana, words apart by one half-width space.

    Latin letters and digits may stand among the kana; anything else raises `Unclear`.
    """
    if not text or _CLEAN_KANA.fullmatch(text):
        return text
    kana = fold(text).translate(_HIRAGANA)
    kana = _DASH_IN_KANA.sub("ー", kana)
    if not _KANA_TEXT.fullmatch(kana):
        raise Unclear(KANA_UNCLEAR, value=text)
    return kana


def search_text(*parts: str) -> str:
    """What a search compares: one width, lower case, katakana, common kanji; parts by a space."""
    text = fold(" ".join(part for part in parts if part)).lower()
    if text.isascii():
        return text
    # What was nothing but selectors leaves no word behind.
    return " ".join(_SELECTORS.sub("", text.translate(_SEARCHED)).split())
