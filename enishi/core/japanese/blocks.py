"""Blocks: the numbers behind the town (丁目, 番地, 号), and where the building begins."""

import re
from typing import NamedTuple

from enishi.core.japanese.numerals import KANJI_NUMBER, kanji_number

_KANJI = KANJI_NUMBER
_DIGITS = re.compile(r"\d+", re.ASCII)
_LETTER = re.compile(r"[A-Za-z]")
_SPACED_NUMBER = re.compile(r" ?\d+(丁目?|番地?|号(?![室棟館])|-)?", re.ASCII)
_ANY_KANJI_NUMBER = re.compile(_KANJI)
_DASH = "-ー‐‑‒–—―−"
_PLAIN = re.compile(  # 1-2-3, 1丁目2番3号, 12番地3 and nothing unusual behind it
    rf"([1-9]\d{{0,4}})(?:(?:丁目|[{_DASH}])([1-9]\d{{0,3}}))?(?:(?:番地?の?|[{_DASH}])([1-9]\d{{0,3}}))?"
    r"(?:番地?|号|丁目)?(?: ([^\d\s(ー―-].*))?$",
    re.ASCII,
)

# One dash for all. The sign ー and the kanji 一 are dashes only between numbers.
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−─━", "-"))
_DASH_IN_WORD = re.compile("(?<=[ァ-ヺ])[‐‑‒–—―−─━](?=[ァ-ヺ])")
_LONG_SIGN = re.compile(rf"(?<=[\d目番地号]) ?ー ?(?=[\d]|{_KANJI})|(?<=\d)一(?=\d)", re.ASCII)
_LONG_SIGN_KANJI = re.compile(
    r"(?<=[〇一二三四五六七八九十百千])ー(?=[〇一二三四五六七八九十百千])"
)
_SPACED_DASH = re.compile(r"(?<=[\d目番地号]) ?- ?(?=\d)", re.ASCII)

# A number before these is part of a name (北1条西, 3番町, 5の通り, 12地割) or of a building.
_NO_BLOCK = re.compile(
    r"(?:条|線|区|町|丁(?!目|\d|$)|軒|通|組|班|部|地割|号|の(?!\d)|ノ(?!\d)|階|F(?![a-z])|棟|室"
    r"|反|ヶ|ケ|ツ|つ|ッ"
    r"|番(?:[町丁館組]|通)|本[木松町通]|[日月年])"
)
_ROOM = re.compile(r" ?(?:号室|号棟|号館|階|棟|室|[FfＦ](?![A-Za-z])|号(?=[室棟館]))")
_UNIT = re.compile(
    r"丁目?(?!\w*?通)|番地(?![先内外])|番(?![町丁館組地])|番地(?=[先内外])|号(?![室棟館線車])"
)
_LINK = re.compile(r"[-のノ之](?=\d)|-(?=[〇一二三四五六七八九十百千])", re.ASCII)
_KANJI_START = re.compile(
    rf"(?<![〇一二三四五六七八九十百千第])({_KANJI})"
    rf"(?=丁目|番地|番(?=[\d〇一二三四五六七八九十百千 のノ-]|$)"
    rf"|[-](?:\d|{_KANJI}(?:[-番号 の]|$)))",
    re.ASCII,
)
_KANJI_LINKED = re.compile(rf"(?<![\w])({_KANJI})[のノ之-](?={_KANJI}(?:[-のノ号 ]|$))")
# Behind a unit or a dash that follows digits: 2丁目三番, 3番四号, 1-二.
_KANJI_BEHIND = re.compile(
    rf"(\d(?:丁目|番地の?|番|[のノ之-]))({_KANJI})(?![町条丁館荘一二三四五六七八九十百千])",
    re.ASCII,
)
_BRANCH = re.compile(
    r"[イロハニホヘトチリヌ甲乙丙](?= |$)|(?:番地)?(?:先|内|外\d*筆?)(?= |$)", re.ASCII
)
_NAME_BEHIND = re.compile(r"[一-鿿]{1,6}?[町上下東西南北中条]\d", re.ASCII)
_BUILDING = re.compile(r"[ァ-ヺ]{2}|ビル|号室|団地|[階館棟荘室寮]|F$|[A-Za-z]{2}")
_BEFORE_BUILDING = " 、,・/-"


class Block(NamedTuple):
    """A line of an address in its parts: `name` what stays of the town, `numbers` like 1-2-3."""

    name: str
    numbers: str
    building: str


def block(text: str) -> Block:
    """The part of an address line behind its known town (NFKC), parted.

    Where the numbers end the building begins, with or without a space. A fourth number of three
    digits or more is the room (1-2-3-405), as is any number before 号室, 階, F.
    """
    if match := _PLAIN.match(text):
        first, second, third, building = match.groups()
        numbers = "-".join(number for number in (first, second, third) if number)
        return Block("", numbers, _trimmed(_dashed(building)) if building else "")
    text = _dashed(text)
    text = _LONG_SIGN_KANJI.sub("-", _LONG_SIGN.sub("-", text))
    text = _SPACED_DASH.sub("-", text)
    text = _arabic(text)
    at = 0
    while (start := _start(text, at)) is not None:
        numbers, end, units = _numbers(text, start)
        behind = text[end:]
        if units == ["丁目"] and _NAME_BEHIND.match(behind):
            at = end  # 2丁目塩越12: the 丁目 belongs to a name.
            continue
        if match := _BRANCH.match(behind):
            numbers += match[0]
            behind = behind[match.end() :]
        name = text[:start].replace(" ", "").rstrip("-")
        return Block(name, numbers, _trimmed(behind))
    head, _, building = text.partition(" ")
    while building and not _BUILDING.search(building.partition(" ")[0] + building[-3:]):
        more, _, building = building.partition(" ")
        head += more
    return Block(head, "", _trimmed(building))


def _dashed(text: str) -> str:
    """The text with one kind of dash, and ー where a dash stands for it in a katakana word."""
    return _DASH_IN_WORD.sub("ー", text).translate(_DASHES)


def _trimmed(building: str) -> str:
    building = building.lstrip(_BEFORE_BUILDING).rstrip(" 、,-")
    if building.startswith("(") and building.endswith(")") and building.count("(") == 1:
        building = building[1:-1].strip()
    return building


def _arabic(text: str) -> str:
    """Kanji numbers that a unit or another number shows to be numbers, as digits."""

    def digits(match: re.Match[str]) -> str:
        number = kanji_number(match[1])
        return match[0] if number is None else str(number) + match[0][len(match[1]) :]

    if not _ANY_KANJI_NUMBER.search(text):
        return text
    text = _KANJI_START.sub(digits, text)
    text = _KANJI_LINKED.sub(digits, text)
    while (match := _KANJI_BEHIND.search(text)) and (number := kanji_number(match[2])) is not None:
        text = text[: match.start(2)] + str(number) + text[match.end() :]
    return text


def _start(text: str, at: int) -> int | None:
    for match in _DIGITS.finditer(text, at):
        if _NO_BLOCK.match(text, match.end()):
            continue
        if match.start() and text[match.start() - 1] == "第":
            continue
        return match.start()
    return None


def _numbers(text: str, at: int) -> tuple[str, int, list[str]]:
    """The numbers from here joined by hyphens, where they end, the units that were met."""
    numbers: list[str] = []
    units: list[str] = []
    end = at
    while match := _DIGITS.match(text, at):
        number, behind = match[0], match.end()
        if numbers and (_ROOM.match(text, behind) or _is_room(numbers, number, text, at)):
            break
        if numbers and text[at - 1] == " " and _LETTER.match(text, behind):
            break
        unit = _UNIT.match(text, behind)
        numbers.append(number)
        end = behind
        word = ""
        if unit:
            word = "丁目" if unit[0].startswith("丁") else unit[0]
            if not (word == "番地" and text[unit.end() : unit.end() + 1] in ("先", "内", "外")):
                end = unit.end()
            units.append(word)
        at = end
        if link := _LINK.match(text, at):
            at = link.end()
        elif word == "号" or not unit:
            break
        elif text[at : at + 1] == " ":
            follows = _SPACED_NUMBER.match(text, at)
            if not follows or not (word == "丁目" or follows[1]):
                break
            at += 1
    return "-".join(str(int(number)) for number in numbers), end, units


def _is_room(numbers: list[str], number: str, text: str, at: int) -> bool:
    if text[at - 1] != "-" or len(numbers) < 3 or len(number) < 3:
        return False
    return len(numbers[0]) <= 2
