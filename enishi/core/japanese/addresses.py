"""Japanese addresses in their parts."""

import re
from typing import NamedTuple

from enishi.core.japanese.blocks import block
from enishi.core.japanese.numerals import in_arabic
from enishi.core.japanese.places import (
    SHORT_PREFECTURES,
    Gazetteer,
    gazetteer,
    loosely,
    prefecture_at,
)
from enishi.core.japanese.sentences import ADDRESS_UNCLEAR, Unclear
from enishi.core.japanese.text import fold

_LONGEST_CITY = 14
_POSTAL_CODE = re.compile(r"^〒? ?(\d{3})[-‐‑‒–—―−ー]?(\d{4})(?!\d)[ 、,]*", re.ASCII)
_SAYS_NOTHING = (
    "不明 住所不明 転居先不明 未定 なし 無し 無 ? ?? ??? - -- --- * × ー 同上 〃 n/a na unknown"
)
_NO_ADDRESS = frozenset(_SAYS_NOTHING.split())
# A municipality of former days (浦和市, 清水市), which the table does not know any more.
_FORMER_CITY = re.compile(r"[^\d\s市区町村郡]{1,5}(?:市|郡[^\d\s市区町村]{1,5}[町村])")
_FORMER_WARD = re.compile(r"[^\d\s区町村]{1,3}区")  # 浜松市中区, until 2023
_HEAD = re.compile(r"[^\d]+", re.ASCII)
_NOT_PARTED = re.compile(r"私書箱|郵便局留|局留")
_NUMBER_OF_NAME = re.compile(r"\d+(?=[条線区]|番[町丁]|丁目|[のノ](?!\d))", re.ASCII)
_KANJI_OF_NAME = re.compile(r"[一二三四五六七八九十]+(?=[条線区号]|番[町丁]|丁目|の)")
_ENDED = re.compile(r"\d$|丁目|[番号]", re.ASCII)
_KANJI_DIGITS = "〇一二三四五六七八九"


class Address(NamedTuple):
    """An address in parts; a part that is not known is ''.

    `city` holds district and ward (石川郡浅川町, 京都市北区), `address_line` the town in its
    official writing and the block in half width with hyphens (中里2-21-5), `building` the rest.
    """

    prefecture: str
    city: str
    address_line: str
    building: str


def address(text: str, postal_code: str = "") -> Address:
    """The address in its parts. What was left out is restored where it is certain.

    The prefecture comes from the municipality or the postal code (seven digits), a left-out
    district or ward likewise; the writing goes before the postal code where they differ. A name
    that the table does not know stays as written.
    """
    value = fold(text)
    if not value:
        return Address("", "", "", "")
    if value.lower() in _NO_ADDRESS:
        raise Unclear(ADDRESS_UNCLEAR, value=text)
    if value[0] in "〒0123456789" and (match := _POSTAL_CODE.match(value)):
        postal_code = postal_code or match[1] + match[2]
        value = value[match.end() :] or ""
    elif value.isascii():
        return Address("", "", value, "")  # Abroad, or in Latin letters: as written.
    known = gazetteer()
    prefecture, place, city, rest = _municipality(known, value, postal_code)
    line, building = _line(known, place, rest)
    return Address(prefecture, city, line, building)


def address_of_columns(
    *,
    prefecture: str = "",
    city: str = "",
    town: str = "",
    block: str = "",
    building: str = "",
    postal_code: str = "",
) -> Address:
    """The address of a list that keeps its parts in columns, each in any writing.

    Columns that repeat one another (the city column holding the prefecture too) are read once. A
    city that the table does not know is kept as written.
    """
    parts = [fold(prefecture), fold(city), fold(town), fold(block)]
    joined = ""
    for part in parts:
        if part and joined and part.startswith(joined):
            joined = part
        elif part[:1].isdecimal() and joined[-1:].isdecimal():
            joined += "-" + part
        else:
            joined += part
    if parts[0] and not prefecture_at(parts[0]):
        full = SHORT_PREFECTURES.get(parts[0], "")
        joined = full + joined[len(parts[0]) :] if full else joined
    found = address(joined, postal_code)
    given = " ".join(part for part in (found.building, fold(building)) if part)
    return found._replace(building=given)


def certain_town(head: str) -> tuple[str, str, str] | None:
    """Prefecture, city and official town of the beginning of an address, before its first digit.

    None unless they are the same whatever follows and whatever the postal code is. For readers of
    whole columns: many addresses share their beginning.
    """
    known = gazetteer()
    prefecture = prefecture_at(head)
    if not prefecture:
        return None
    rest = head[len(prefecture) :]
    names = known.names[prefecture]
    for length in range(min(_LONGEST_CITY, len(rest)), 1, -1):
        place = names.get(rest[:length])
        if place is None:
            continue
        if place in known.wards:
            return None
        town, towns = rest[length:], known.towns[place]
        if f"\n{town}\n" not in towns or any(f"\n{town}{digit}" in towns for digit in "0123456789"):
            return None
        return *known.cities[place], known.official.get((place, town), town)
    return None


def _municipality(
    known: Gazetteer, value: str, postal_code: str
) -> tuple[str, int | None, str, str]:
    """Prefecture, number in the table, written name of the municipality, and what follows."""
    prefecture = prefecture_at(value)
    if prefecture:
        rest = value[len(prefecture) :].lstrip()
        names = known.names[prefecture]
        for length in range(min(_LONGEST_CITY, len(rest)), 1, -1):
            place = names.get(rest[:length])
            if place is not None:
                return _found(known, place, rest[length:], postal_code)
        return _loosely_in(known, prefecture, rest, postal_code)
    return _anywhere(known, value, postal_code)


def _found(
    known: Gazetteer, place: int, rest: str, postal_code: str
) -> tuple[str, int | None, str, str]:
    if place in known.wards:
        if former := _FORMER_WARD.match(rest):
            prefecture, city = known.cities[place]
            return prefecture, place, city + former[0], rest[former.end() :].lstrip(" ")
        for ward in known.of_code(postal_code):
            if ward in known.wards[place]:
                place = ward
                break
    prefecture, city = known.cities[place]
    return prefecture, place, city, rest.lstrip(" ")


def _loosely_in(
    known: Gazetteer, prefecture: str, rest: str, postal_code: str
) -> tuple[str, int | None, str, str]:
    near = [place for place in known.of_code(postal_code) if known.cities[place][0] == prefecture]
    # "石川郡 浅川町": a space inside the name.
    closed = re.sub(r"(?<=[郡市]) ", "", rest[: _LONGEST_CITY + 2]) + rest[_LONGEST_CITY + 2 :]
    loose = loosely(closed[:_LONGEST_CITY])
    for names in (known.names[prefecture], known.short_names[prefecture]):
        for length in range(min(_LONGEST_CITY, len(closed)), 1, -1):
            place = names.get(loose[:length])
            if place is None:
                continue
            is_short = names is known.short_names[prefecture]
            if is_short and near and place not in near and _has_town(known, near[0], rest):
                continue
            return _found(known, place, closed[length:], postal_code)
    for place in near:
        if known.cities[place][1].endswith(tuple(_beginnings(rest))):
            return _found(known, place, rest[_common(known.cities[place][1], rest) :], "")
    if not (near and _has_town(known, near[0], rest)) and (former := _FORMER_CITY.match(rest)):
        return prefecture, None, former[0], rest[former.end() :].lstrip()
    if len(near) == 1 and rest:
        return _found(known, near[0], rest, "")
    return prefecture, None, "", rest


def _anywhere(known: Gazetteer, value: str, postal_code: str) -> tuple[str, int | None, str, str]:
    near = known.of_code(postal_code)
    loose = loosely(value[:_LONGEST_CITY])
    for length in range(min(_LONGEST_CITY, len(value)), 1, -1):
        places = known.everywhere.get(value[:length]) or known.everywhere.get(loose[:length])
        if not places:
            continue
        rest = value[length:].lstrip()
        chosen = _chosen(known, places, near, value[:length], rest)
        if chosen is not None:
            return _found(known, chosen, rest, postal_code)
        if value[length - 1] in "市区":
            possible = {known.cities[place][0] for place in places}
            possible &= {known.cities[place][0] for place in near} or possible
            prefecture = possible.pop() if len(possible) == 1 else ""
            return prefecture, None, value[:length], rest
    for short, prefecture in SHORT_PREFECTURES.items():
        if value.startswith(short):
            rest = value[len(short) :].lstrip()
            for length in range(min(_LONGEST_CITY, len(rest)), 1, -1):
                place = known.names[prefecture].get(rest[:length])
                if place is not None:
                    return _found(known, place, rest[length:], postal_code)
    prefectures = {known.cities[place][0] for place in near}
    prefecture = prefectures.pop() if len(prefectures) == 1 else ""
    if not (near and _has_town(known, near[0], value)) and (former := _FORMER_CITY.match(value)):
        return prefecture, None, former[0], value[former.end() :].lstrip()
    if len(near) > 1:
        near = tuple(place for place in near if _has_town(known, place, value))
    if len(near) == 1:
        return _found(known, near[0], value, "")
    return prefecture, None, "", value


def _chosen(
    known: Gazetteer, places: tuple[int, ...], near: tuple[int, ...], name: str, rest: str
) -> int | None:
    """The one of several places of a name that is meant; None if it cannot be told."""
    for place in near:
        if place in places:
            return place
        for city, wards in known.wards.items():
            if city in places and place in wards:
                return place
    if len(places) == 1:
        full = loosely(known.cities[places[0]][1]) == loosely(name)
        if full or (not near and _has_town(known, places[0], rest)):
            return places[0]
        return None
    if near and not any(known.cities[place][1] == name for place in places):
        return None
    with_town = [place for place in places if _has_town(known, place, rest)]
    return with_town[0] if len(with_town) == 1 else None


def _has_town(known: Gazetteer, place: int, rest: str) -> bool:
    head = _HEAD.match(rest)
    _, length = known.town_at_loosely(place, rest)
    return bool(length) and (head is None or length >= min(2, len(head[0])))


def _beginnings(rest: str) -> list[str]:
    """Names of wards, towns or villages that the rest may begin with."""
    return [rest[: match.end()] for match in re.finditer(r"[区町村]", rest[:8])] or ["\n"]


def _common(city: str, rest: str) -> int:
    return max(length for length in range(1, 9) if city.endswith(rest[:length]))


def _line(known: Gazetteer, place: int | None, rest: str) -> tuple[str, str]:
    if _NOT_PARTED.search(rest):
        return rest, ""
    town, rest = _town(known, place, rest) if place is not None else ("", rest)
    parts = block(rest)
    name = town + parts.name
    if parts.numbers and name[-1:].isdecimal() and not town:
        return f"{name}-{parts.numbers}", parts.building
    return name + parts.numbers, parts.building


def _town(known: Gazetteer, place: int, rest: str) -> tuple[str, str]:
    """The official town at the beginning, and what follows it."""
    head = _HEAD.match(rest)
    if head:
        towns = known.towns[place]
        if f"\n{head[0]}\n" in towns and f"\n{rest[: head.end() + 1]}" not in towns:
            return known.official.get((place, head[0]), head[0]), rest[head.end() :]
    best, length = known.town_at(place, rest)
    following = rest[length:]
    for writing in _writings(rest) if length < (head.end() if head else 1) else ():
        name, reach = known.town_at_loosely(place, writing)
        if reach and _length(writing[reach:]) < _length(following):
            best, following = name, writing[reach:]
    if not best:
        following = following.removeprefix("大字")
    return best, following.lstrip("-")


def _length(following: str) -> int:
    """The length of what is left to read; 大字, 字 and spaces may stand there or not."""
    return len(following.replace("大字", "").replace("字", "").replace(" ", ""))


def _writings(rest: str) -> list[str]:
    """Other ways to write the same line: without 大字 and 字, with numbers in the other script."""
    before, space, after = rest.partition(" ")
    closed = before + after if space and not _ENDED.search(before) else rest
    found = [closed]
    if "字" in closed:
        found.append(closed.removeprefix("大字"))
        found.append(re.sub(r"大?字", "", closed, count=2))
    for writing in list(found):
        kanji = _NUMBER_OF_NAME.sub(lambda match: _in_kanji(int(match[0])), writing)
        arabic = _KANJI_OF_NAME.sub(lambda match: in_arabic(match[0]), writing)
        found += [other for other in (kanji, arabic) if other != writing]
    return found


def _in_kanji(number: int) -> str:
    if not 0 < number < 100:
        return str(number)
    tens, ones = divmod(number, 10)
    ten = ("" if tens == 1 else _KANJI_DIGITS[tens]) + "十" if tens else ""
    return ten + (_KANJI_DIGITS[ones] if ones else "")
