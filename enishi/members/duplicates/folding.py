"""A member read so that writings do not matter: 異体字, kana, long sounds, block numbers."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

from enishi.core.japanese import search_text

COLUMNS = (
    *("id", "kind", "family_name", "given_name", "family_name_kana", "given_name_kana"),
    *("former_name", "organisation_name", "organisation_name_kana", "gender", "birth_date"),
    *("email", "phone", "mobile", "postal_code", "prefecture", "city", "address_line"),
    *("joined_on", "left_on"),
)

_SMALL = str.maketrans("ァィゥェォッャュョヮヅヂヲヰヱヴ", "アイウエオツヤユヨワズジオイエブ")
_VOICED = str.maketrans(
    "ガギグゲゴザジズゼゾダデドバビブベボパピプペポ",
    "カキクケコサシスセソタテトハヒフヘホハヒフヘホ",
)
_ROWS = {
    "ア": "アカサタナハマヤラワガザダバパ",
    "イ": "イキシチニヒミリギジビピ",
    "ウ": "ウクスツヌフムユルグズブプ",
    "エ": "エケセテネヘメレゲゼデベペ",
    "オ": "オコソトノホモヨロゴゾドボポ",
}
_SOUND = {kana: row for row, letters in _ROWS.items() for kana in letters}
_LONG = {"ア": "ア", "イ": "イ", "ウ": "ウ", "エ": "イ", "オ": "ウ"}
_NOT_KANA = re.compile("[^ァ-ヶー]")
_IS_KANA = re.compile("[ァ-ヶー・ ]+")


@lru_cache(maxsize=200_000)
def kanji(text: str) -> str:
    """A name as it is compared: one width, common kanji, no spaces."""
    return search_text(text).replace(" ", "") if text else ""


@lru_cache(maxsize=200_000)
def kana(text: str) -> str:
    """Kana as they sound: small and large, ヅ and ズ, オー and オウ are one."""
    if not text:
        return ""
    folded = _NOT_KANA.sub("", search_text(text)).translate(_SMALL)
    made: list[str] = []
    for letter in folded:
        before = _SOUND.get(made[-1]) if made else None
        if letter == "ー":
            if before:
                made.append(_LONG[before])
        elif (letter == "オ" and before == "オ") or (letter == "エ" and before == "エ"):
            made.append(_LONG[before])
        else:
            made.append(letter)
    return "".join(made)


@lru_cache(maxsize=200_000)
def loosely(sound: str) -> str:
    """What ``kana`` gave, without long sounds and voicing: ヤマザキ is ヤマサキ, ユウキ is ユキ."""
    plain = sound.translate(_VOICED)
    return "".join(
        letter
        for i, letter in enumerate(plain)
        if not (i and letter in "イウ" and _LONG.get(_SOUND.get(plain[i - 1], "")) == letter)
    )


_FIRMS = re.compile(
    r"株式会社|有限会社|合同会社|合資会社|合名会社|\([株有同資名]\)|カブシキガイシャ|ユウゲンガイシャ"
    r"|ゴウドウガイシャ|\bco\.?,? ?ltd\.?|\binc\.?\b|\bk\.?k\.?\b|\bllc\b"
    r"|(?:一般|公益)?(?:社団|財団)法人|特定非営利活動法人|npo法人|学校法人|医療法人|社会福祉法人"
    r"|\((?:一社|公社|一財|公財|特非|医|学|福)\)"
)


@lru_cache(maxsize=50_000)
def firm(text: str) -> str:
    """The name of an organisation without its legal form, signs and spaces."""
    return re.sub(r"[\W_]+", "", _FIRMS.sub("", search_text(text))) if text else ""


class Address(NamedTuple):
    """Where somebody lives; the building does not matter. ``numbers``: chome, banchi, go."""

    prefecture: str
    city: str
    town: str
    numbers: tuple[str, ...]
    postal_code: str


_KANJI_NUMBER = re.compile(
    "[〇一二三四五六七八九十]+(?=丁目|番(?![町丁])|号|の[0-9〇一二三四五六七八九十])"
)
_BETWEEN = re.compile(r"(?<=\d)(?: ?丁目|番地の|番地|番(?![町丁])|号|[-‐‑‒–—―−ーノの](?=\d))")
_BLOCK = re.compile(r"\d+(?:-+\d+)+")
_PLAIN_LINE = re.compile(r"([^\d\s]*)(\d+(?:-\d+)*)")
_SAME_IN_TOWNS = str.maketrans({"ヶ": "ケ", "が": "ケ", "ガ": "ケ", "之": "ノ", "の": "ノ"})
_DIGITS = {kanji_: str(i) for i, kanji_ in enumerate("〇一二三四五六七八九")}


def _arabic(match: re.Match[str]) -> str:
    text = match[0]
    if "十" not in text:
        return "".join(_DIGITS[letter] for letter in text)
    tens, _, ones = text.partition("十")
    return str((int(_DIGITS.get(tens, "1")) * 10) + int(_DIGITS.get(ones, "0")))


def line(text: str) -> tuple[str, tuple[str, ...]]:
    """Town and block numbers of an address line: 中里２丁目21番5号 → 中里, (2, 21, 5)."""
    if not text:
        return "", ()
    if (match := _PLAIN_LINE.fullmatch(text)) is None:
        folded = _BETWEEN.sub("-", _KANJI_NUMBER.sub(_arabic, search_text(text)))
        found = _BLOCK.search(folded) or re.search(r"\d+", folded)
        town = folded[: found.start()] if found else folded
        numbers = tuple(re.findall(r"\d+", found[0])) if found else ()
    else:
        town, numbers = match[1], tuple(match[2].split("-"))
        if "-0" not in match[2] and match[2][0] != "0":
            return _town(town), numbers
    return _town(town), tuple(number.lstrip("0") or "0" for number in numbers)


@lru_cache(maxsize=200_000)
def _town(text: str) -> str:
    folded = search_text(text).replace(" ", "").translate(_SAME_IN_TOWNS)
    return re.sub("^大?字|大字|字(?=.)", "", folded) if "字" in folded else folded


class Person(NamedTuple):
    """A member (or what was typed of one) as it is compared."""

    id: int
    is_firm: bool
    written: tuple[str, str]  # family and given name as they stand, to show
    family: str
    given: str
    family_kana: str
    given_kana: str
    former: str
    firm: str
    firm_kana: str
    gender: str
    birth: date | None
    emails: frozenset[str]
    phones: frozenset[str]
    address: Address
    joined: date | None
    left: date | None

    @property
    def full(self) -> str:
        return self.family + self.given

    @property
    def full_kana(self) -> str:
        return self.family_kana + self.given_kana


def person(row: Mapping[str, Any], emails: Iterable[str] = ()) -> Person:
    """``row`` holds COLUMNS (missing ones are empty); ``emails`` are further addresses."""
    return of_values([row.get(name) for name in COLUMNS], emails)


def of_values(values: Sequence[Any], emails: Iterable[str] = ()) -> Person:
    """As ``person``, for values in the order of COLUMNS."""
    who, reach = values[:11], values[11:]
    pk, kind, family, given, family_kana, given_kana, former, firm_name, firm_kana, gender, born = (
        who
    )
    email, phone, mobile, postal_code, prefecture, city, address_line, joined, left = reach
    family, given = family or "", given or ""
    folded_family, folded_given = kanji(family), kanji(given)
    town, numbers = line(address_line or "")
    return Person(
        pk or 0,
        kind == "organisation" and bool(firm_name),
        (family, given),
        folded_family,
        folded_given,
        kana(family_kana) if family_kana else _kana_of(folded_family),
        kana(given_kana) if given_kana else _kana_of(folded_given),
        kanji(former) if former else "",
        firm(firm_name) if firm_name else "",
        kana(_FIRMS.sub("", firm_kana)) if firm_kana else "",
        gender or "",
        born,
        frozenset(map(str.lower, filter(None, (email, *emails)))),
        frozenset(filter(None, (phone, mobile))),
        Address(prefecture or "", _city(city or ""), town, numbers, postal_code or ""),
        joined,
        left,
    )


def _kana_of(folded: str) -> str:
    """A name that is written in kana tells how it is read."""
    return kana(folded) if folded and _IS_KANA.fullmatch(folded) else ""


@lru_cache(maxsize=20_000)
def _city(text: str) -> str:
    return search_text(text).replace(" ", "").translate(_SAME_IN_TOWNS)
