"""The municipalities and towns of Japan, as a compact table for reading addresses."""

import json
import re
import unicodedata
from array import array
from bisect import bisect_left, bisect_right
from collections import defaultdict
from functools import cache

from enishi.core.japanese.postal import prefectures, table
from enishi.core.japanese.variants import VARIANTS

# Letters that are swapped freely in place names: 霞ヶ関 霞ケ関 霞が関, 丸ノ内 丸の内, 四ッ谷.
_LOOSE = VARIANTS | {ord(a): b for a, b in zip("ヶがガノ之ッっ釜", "ケケケののツツ竈", strict=True)}
_WARD_OF_CITY = re.compile(r"(.+?市)(.+区)")
_OF_DISTRICT = re.compile(r"(?:.+?郡|.+島)(?=.+[町村]$)")

SHORT_PREFECTURES: dict[str, str] = {name[:-1]: name for name in prefectures if name != "北海道"}
_BY_FOUR = {name: name for name in prefectures if len(name) == 4}
_BY_THREE = {name: name for name in prefectures if len(name) == 3}


def loosely(text: str) -> str:
    """The text with variant kanji and freely swapped kana alike; its length stays."""
    return text.translate(_LOOSE)


def prefecture_at(text: str) -> str:
    """The prefecture that the text begins with, or ''."""
    return _BY_THREE.get(text[:3]) or _BY_FOUR.get(text[:4], "")


class Gazetteer:
    """Every municipality with its towns and postal codes. One instance: `gazetteer()`.

    Towns are one string a municipality ("\\nA\\nB\\n", in NFKC), which is small and quick to
    search; `official` holds those few whose official writing is in full width.
    """

    def __init__(self) -> None:
        self.cities: list[tuple[str, str]] = []
        self.towns: list[str] = []
        self.official: dict[tuple[int, str], str] = {}
        # Names by prefecture and over all Japan: full ones, and shorter ones (district or
        # city before the ward left out) that are still the only one of their name.
        self.names: dict[str, dict[str, int]] = {name: {} for name in prefectures}
        self.short_names: dict[str, dict[str, int]] = {name: {} for name in prefectures}
        self.everywhere: dict[str, tuple[int, ...]] = {}
        self.wards: dict[int, frozenset[int]] = {}
        self._codes = array("I")
        self._code_cities = array("H")
        self._loose: dict[int, str] = {}
        self._load()

    def _load(self) -> None:
        ids: dict[tuple[str, str], int] = {}
        towns: dict[int, list[str]] = defaultdict(list)
        of_codes: list[int] = []  # code and municipality in one number, small and sortable

        def note(code: str, prefecture: str, city: str, town: str) -> None:
            place = ids.setdefault((prefecture, city), len(ids))
            of_codes.append(int(code) << 16 | place)
            if town:
                if unicodedata.is_normalized("NFKC", town):
                    towns[place].append(town)
                else:
                    plain = unicodedata.normalize("NFKC", town)
                    self.official[place, plain] = town
                    towns[place].append(plain)

        with table() as connection:
            rows = connection.execute(
                "SELECT code, prefecture, city, neighborhood,"
                " CASE WHEN instr(data, '\"alternates\": [{') THEN data END FROM postal_data"
            )
            for code, prefecture, city, town, others in rows:
                note(code, prefecture, city, town)
                if others:
                    for other in json.loads(others)["alternates"]:
                        note(code, other["prefecture"], other["city"], other["neighborhood"])
            offices = connection.execute(
                "SELECT code, json_extract(data, '$.prefecture'), json_extract(data, '$.city')"
                " FROM office_data"
            )
            for code, prefecture, city in offices:
                note(code, prefecture, city, "")

        self.cities = list(ids)
        self._add_cities_of_wards(towns)
        self.towns = [
            "\n" + "\n".join(dict.fromkeys(towns[place])) + "\n"
            for place in range(len(self.cities))
        ]
        of_codes.sort()
        self._codes = array("I", (both >> 16 for both in of_codes))
        self._code_cities = array("H", (both & 0xFFFF for both in of_codes))
        self._name_all()

    def _add_cities_of_wards(self, towns: dict[int, list[str]]) -> None:
        wards: dict[tuple[str, str], set[int]] = defaultdict(set)
        for place, (prefecture, city) in enumerate(self.cities):
            if match := _WARD_OF_CITY.fullmatch(city):
                wards[prefecture, match[1]].add(place)
        for name, places in wards.items():
            self.wards[len(self.cities)] = frozenset(places)
            for place in places:
                towns[len(self.cities)] += towns[place]
                for plain in towns[place]:
                    if (place, plain) in self.official:
                        self.official[len(self.cities), plain] = self.official[place, plain]
            self.cities.append(name)

    def _name_all(self) -> None:
        everywhere: dict[str, set[int]] = defaultdict(set)
        short: dict[tuple[str, str], set[int]] = defaultdict(set)
        for place, (prefecture, city) in enumerate(self.cities):
            for name in {city, loosely(city)}:
                self.names[prefecture].setdefault(name, place)
                everywhere[name].add(place)
            ward = _WARD_OF_CITY.fullmatch(city)
            shorter = ward[2] if ward else _OF_DISTRICT.sub("", city)
            if shorter != city:
                for name in {shorter, loosely(shorter)}:
                    short[prefecture, name].add(place)
                    everywhere[name].add(place)
        for (prefecture, name), places in short.items():
            if len(places) == 1 and name not in self.names[prefecture]:
                self.short_names[prefecture][name] = next(iter(places))
        self.everywhere = {name: tuple(sorted(places)) for name, places in everywhere.items()}

    def of_code(self, code: str) -> tuple[int, ...]:
        """The municipalities of a postal code of seven digits."""
        if len(code) != 7 or not code.isdecimal():
            return ()
        number = int(code)
        first = bisect_left(self._codes, number)
        if first == len(self._codes) or self._codes[first] != number:
            return ()
        if first + 1 == len(self._codes) or self._codes[first + 1] != number:
            return (self._code_cities[first],)
        return tuple(dict.fromkeys(self._code_cities[first : bisect_right(self._codes, number)]))

    def town_at(self, place: int, text: str) -> tuple[str, int]:
        """The official name of the longest town that the text (NFKC) begins with, its length."""
        towns = self.towns[place]
        for length in range(self._reach(towns, text), 0, -1):
            if f"\n{text[:length]}\n" in towns:
                name = text[:length]
                return self.official.get((place, name), name), length
        return "", 0

    def town_at_loosely(self, place: int, text: str) -> tuple[str, int]:
        """As `town_at`, variant kanji and freely swapped kana being alike."""
        loose = self._loose.get(place)
        if loose is None:
            loose = self._loose[place] = loosely(self.towns[place])
        text = loosely(text)
        for length in range(self._reach(loose, text), 0, -1):
            at = loose.find(f"\n{text[:length]}\n")
            if at >= 0:
                if loose.find(f"\n{text[:length]}\n", at + 1) >= 0:
                    return "", 0  # Two towns are alike: as written.
                name = self.towns[place][at + 1 : at + 1 + length]
                return self.official.get((place, name), name), length
        return "", 0

    @staticmethod
    def _reach(towns: str, text: str) -> int:
        """The length up to which some town still begins like the text."""
        reach = 0
        for length in (4, 8, 16, 40):
            reach = min(length, len(text))
            if reach < length or f"\n{text[:length]}" not in towns:
                break
        return reach


@cache
def gazetteer() -> Gazetteer:
    """The table, read once a process (half a second) when the first address asks for it."""
    return Gazetteer()
