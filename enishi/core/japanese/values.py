"""Small values as offices write them: e-mail, gender, yes and no, money, choices."""

import re
from collections.abc import Collection
from functools import lru_cache

from enishi.core.japanese import sentences
from enishi.core.japanese.numerals import BIG_UNITS, kanji_number
from enishi.core.japanese.sentences import Unclear
from enishi.core.japanese.text import fold

# Mobile carriers have given out addresses with "..", a dot at the start or before the "@" that
# the RFC would not allow; they are in use, with or without quotes.
_EMAIL = re.compile(
    r"(?P<local>[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64})@"
    r"(?P<domain>(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?:[a-z]{2,63}|xn--[a-z0-9-]{2,59}))",
    re.ASCII,
)
_QUOTED = re.compile(r'"([^"@\s]+)"(@.+)')
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−", "-"))


def email(text: str) -> str:
    """One address in half width and lower case; '' for ''."""
    if not text or _EMAIL.fullmatch(text):
        return text
    value = fold(text).lower().translate(_DASHES).removeprefix("mailto:")
    if not value:
        return ""
    if match := _QUOTED.fullmatch(value):
        value = match[1] + match[2]
    if _EMAIL.fullmatch(value) and len(value) <= 254:
        return value
    pieces = [piece for piece in re.split(r"[\s,;、/|]+", value) if piece]
    if len(pieces) > 1 and all(_EMAIL.fullmatch(piece) for piece in pieces):
        raise Unclear(sentences.EMAIL_SEVERAL, value=text)
    raise Unclear(sentences.EMAIL_UNCLEAR, value=text)


def _words(**meanings: str) -> dict[str, str]:
    return {word: meaning for meaning, words in meanings.items() for word in words.split()}


_NOT_TOLD = "回答しない 無回答 未回答 未選択 選択しない 答えない 不明 0 unknown"
# 1, 2 and 0 are those of ISO/IEC 5218; 9 means "not applicable" there and "other" elsewhere.
_GENDERS = _words(
    male="male 男 男性 男子 男の人 m man ♂ 1 おとこ オトコ",
    female="female 女 女性 女子 女の人 f w woman ♀ 2 おんな オンナ",
    other="other その他 そのほか 他 x o 3 ノンバイナリー non-binary nonbinary",
) | dict.fromkeys(_NOT_TOLD.split(), "")


def gender(text: str) -> str:
    """'male', 'female', 'other', or '' where none is given or the person did not say."""
    if (known := _GENDERS.get(text)) is not None or not text:
        return known or ""
    value = fold(text).lower().removesuffix(".0")
    if not value:
        return ""
    if (known := _GENDERS.get(value)) is None:
        raise Unclear(sentences.GENDER_UNCLEAR, value=text)
    return known


_YES = (
    "1 true yes y t on ok ○ 〇 ◯ ◎ ● ✓ ✔ ☑ レ 可 "
    "可能 はい 有 有り あり 要 必要 する 希望 希望する 希望します 承諾 "
    "承諾する 同意 同意する 許可 送付可 送る 配信 配信する 受け取る 受信する 済 "
    "済み 真 "
)
_NO = (
    "0 false no n f off ng × ✕ ✖ ☓ ✗ ✘ x ☐ 不可 "
    "不可能 否 いいえ 無 無し なし 不要 しない 希望しない 希望しません 拒否 "
    "拒否する 同意しない 承諾しない 不許可 送付不可 送らない 配信しない 停止 "
    "配信停止 受け取らない 受信しない 未 偽 "
)
_YES_NO = dict.fromkeys(_YES.split(), True) | dict.fromkeys(_NO.split(), False)


def yes_no(text: str) -> bool | None:
    """True, False, or None for an empty text."""
    if (known := _YES_NO.get(text)) is not None or not text:
        return known
    value = fold(text).lower().removesuffix(".0")
    if not value:
        return None
    if (known := _YES_NO.get(value)) is None:
        raise Unclear(sentences.YES_NO_UNCLEAR, value=text)
    return known


_AMOUNT = re.compile(r"(?:\d{1,3}(?:,\d{3})+|\d{1,15})(?:\.0{1,2})?", re.ASCII)
_NEGATIVE = re.compile(r"\((.+)\)|[-−▲△](.+)")
_WITH_UNITS = re.compile(
    r"(?:(?P<oku>[\d,.〇零一二三四五六七八九十百千壱弐参拾]+)億)?"
    r"(?:(?P<man>[\d,.〇零一二三四五六七八九十百千壱弐参拾]+)万)?"
    r"(?:(?P<sen>[\d.]+)千)?(?P<rest>[\d,〇零一二三四五六七八九十百千壱弐参拾]*)",
    re.ASCII,
)


@lru_cache(maxsize=16_384)
def money(text: str) -> int | None:
    """Whole yen: ¥12,000, １２０００円, 金12,000円也, 1万2千円, 一万円, ▲500; None for ''."""
    value = fold(text).replace(" ", "")
    if not value:
        return None
    sign = 1
    value = _without_currency(value)
    if match := _NEGATIVE.fullmatch(value):
        sign, value = -1, _without_currency(match[1] or match[2])
    if value == "無料":
        return 0
    if _AMOUNT.fullmatch(value):
        return sign * int(value.split(".")[0].replace(",", ""))
    if (amount := _in_units(value)) is not None:
        return sign * amount
    raise Unclear(sentences.MONEY_UNCLEAR, value=text)


def _without_currency(value: str) -> str:
    for mark in ("金", "¥", "\\", "JPY", "jpy"):
        value = value.removeprefix(mark)
    for mark in ("-", "也", "円", "JPY", "jpy", "yen"):
        value = value.removesuffix(mark)
    return value


def _in_units(value: str) -> int | None:
    match = _WITH_UNITS.fullmatch(value)
    # "1万2" may be 12,000 in speech and 10,002 in writing.
    if not match or not value or (match["man"] and len(match["rest"]) == 1):
        return None
    total = 0
    parts = ((match["oku"], BIG_UNITS["億"]), (match["man"], BIG_UNITS["万"]))
    for part, unit in (*parts, (match["sen"], 1000), (match["rest"], 1)):
        if not part:
            continue
        number = _plain(part, unit)
        if number is None:
            return None
        total += number
    return total


def _plain(part: str, unit: int) -> int | None:
    if _AMOUNT.fullmatch(part):
        return int(part.split(".", maxsplit=1)[0].replace(",", "")) * unit
    if re.fullmatch(r"\d{1,4}\.\d{1,3}", part, re.ASCII):
        whole, _, decimals = part.partition(".")
        return int(whole) * unit + int(decimals) * unit // 10 ** len(decimals) if unit > 1 else None
    number = kanji_number(part)
    return None if number is None else number * unit


_SEPARATORS = "、,;/|・\n\t\r\u3000"
_BRACKETS = {"(": 1, ")": -1, "（": 1, "）": -1, "「": 1, "」": -1, "[": 1, "]": -1}
_PLAIN_CHOICE = re.compile(r"[^\x00-\x7f、，；／｜・･\u3000（）「」｢｣､～]+")


def choices(text: str, known: Collection[str] = ()) -> list[str]:
    """The values in a cell that holds several, each once, in their order.

    Any usual separator will do: 、 , ; / | ・ a line break, a wide space, and a plain space where
    no piece is in Latin letters. Separators in brackets do not part. `known` labels are never
    broken up, so that "ボード・ゲーム" can be a choice.
    """
    if not text or (_PLAIN_CHOICE.fullmatch(text)):
        return [fold(text)] if text else []
    return list(_split(text, tuple(known)))


@lru_cache(maxsize=16_384)
def _split(text: str, known: tuple[str, ...]) -> tuple[str, ...]:
    labels = {fold(label): label for label in known}
    if fold(text) in labels:
        return (fold(text),)
    # One character each, so that no label within another shortens it: longest labels first.
    marks: list[str] = []
    protected = text
    for label in sorted({*known, *labels}, key=len, reverse=True):
        parts = any(sign in label for sign in (*_SEPARATORS, " ", "･", "／"))
        if parts and len(label) > 1 and label in protected:
            protected = protected.replace(label, chr(0xE000 + len(marks)))
            marks.append(label)
    pieces, depth, piece = [], 0, ""
    for ch in protected.replace("，", ",").replace("；", ";").replace("／", "/").translate(_WIDE):
        depth = max(0, depth + _BRACKETS.get(ch, 0))
        if ch in _SEPARATORS and depth == 0:
            pieces.append(piece)
            piece = ""
        else:
            piece += ch
    pieces.append(piece)
    pieces = [piece.strip() for piece in pieces if piece.strip()]
    if len(pieces) == 1 and " " in pieces[0]:
        words = pieces[0].split()
        if not any(ch.isascii() for word in words for ch in word):
            pieces = words
    for index, label in enumerate(marks):
        pieces = [piece.replace(chr(0xE000 + index), label) for piece in pieces]
    return tuple(dict.fromkeys(folded for piece in pieces if (folded := fold(piece))))


_WIDE = str.maketrans({"､": "、", "･": "・", "｜": "|", "ㆍ": "・"})
