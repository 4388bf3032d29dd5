"""A large messy list to measure imports with: twenty columns, written as offices write them."""

import csv
import random
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

import jaconv

from enishi.core.japanese import era_date
from enishi.core.japanese.postal import table, town_name
from enishi.members.demo.names import FAMILY_NAMES, FEMALE_NAMES, MALE_NAMES

HEADER = (
    "会員番号,氏名,フリガナ,性別,生年月日,〒,住所,電話,携帯電話,メールアドレス,会員種別,入会日,退会日,"
    "会社名,旧姓,入会経路,年会費,DM可否,趣味,備考"
).split(",")

Row = list[str]


def write(path: Path, count: int, *, seed: int = 7, tidy: bool = False) -> None:
    """Write ``count`` members to ``path`` as UTF-8; the same every time for a seed.

    ``tidy`` writes every value as the roll keeps it, otherwise in all the ways of real lists.
    """
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        writer.writerows(rows(count, random.Random(seed), tidy=tidy))


def rows(count: int, dice: random.Random, *, tidy: bool) -> Iterator[Row]:
    families = [(name.text, name.kana) for name in FAMILY_NAMES]
    given = [
        ("1", [(n.text, n.kana) for names in MALE_NAMES.values() for n in names]),
        ("2", [(n.text, n.kana) for names in FEMALE_NAMES.values() for n in names]),
    ]
    places = list(_places(dice))
    kana: list[Callable[[str], str]] = [str, jaconv.kata2hira, _half]
    first = date(1940, 1, 1)
    for number in range(count):
        family, family_kana = dice.choice(families)
        sign, names = dice.choice(given)
        name, name_kana = dice.choice(names)
        born = first + timedelta(days=dice.randrange(24_000))
        joined = date(2000, 1, 1) + timedelta(days=dice.randrange(9_000))
        left = joined + timedelta(days=dice.randrange(1, 700)) if dice.random() < 0.1 else None
        code, place = dice.choice(places)
        block = f"{dice.randint(1, 9)}-{dice.randint(1, 30)}-{dice.randint(1, 25)}"
        building = f"グリーンハイツ{dice.randint(101, 999)}" if dice.random() < 0.4 else ""
        phone = f"0{dice.randint(3, 6)}{dice.randint(10_000_000, 99_999_999)}"
        mobile = f"0{dice.choice('789')}0{dice.randint(10_000_000, 99_999_999)}"
        email = f"member{number}.{dice.randint(1, 9999)}@example.jp"
        hobbies = dice.sample(("読書", "旅行", "料理", "音楽", "写真", "登山"), dice.randint(0, 3))
        yes = dice.random() < 0.7
        fee = dice.choice((3000, 5000, 10000, 12000))
        if tidy:
            writings = [
                f"{family} {name}", f"{family_kana} {name_kana}", "男性" if sign == "1" else "女性",
                born.isoformat(), code, f"{place}{block} {building}".strip(), phone, mobile, email,
            ]  # fmt: skip
            dates = [joined.isoformat(), left.isoformat() if left else ""]
            rest = [str(fee), "はい" if yes else "いいえ", "、".join(hobbies)]
        else:
            writings = [
                f"{family}{dice.choice(' 　')}{name}",
                dice.choice(kana)(family_kana) + dice.choice(" 　") + dice.choice(kana)(name_kana),
                dice.choice(("男", "M", "1", "男性") if sign == "1" else ("女", "F", "2", "女性")),
                _day(born, dice),
                dice.choice(
                    (code, f"{code[:3]}-{code[3:]}", f"〒{code[:3]}-{code[3:]}", code.lstrip("0"))
                ),
                place
                + dice.choice((block, _chome(block), _wide(block)))
                + (dice.choice(" 　") + building if building else ""),
                _phone(phone, 2, dice),
                _phone(mobile, 3, dice),
                dice.choice((email, email, email.upper(), _wide(email))),
            ]
            dates = [_day(joined, dice), _day(left, dice) if left else ""]
            rest = [
                dice.choice((str(fee), f"¥{fee:,}", f"{fee:,}", f"{_wide(str(fee))}円")),
                dice.choice(("○", "可", "はい", "1") if yes else ("×", "不可", "いいえ", "0")),
                dice.choice(("、", "・", ";", " / ")).join(hobbies),
            ]
        yield [
            f"B{number:07}", *writings,
            dice.choice(("正会員", "正会員", "準会員", "学生会員", "賛助会員")), *dates,
            f"株式会社{family}" if dice.random() < 0.2 else "", "",
            dice.choice(("", "", "ホームページ", "会員の紹介", "イベント")), *rest,
            dice.choice(("", "", "", "電話は平日の午前中", "請求書は郵送\n（経理部宛）")),
        ]  # fmt: skip


def _places(dice: random.Random) -> Iterator[tuple[str, str]]:
    """Postal code and address of real towns."""
    import json

    with table() as connection:
        entries = [
            json.loads(data) for (data,) in connection.execute("SELECT data FROM postal_data")
        ]
    dice.shuffle(entries)
    for entry in entries:
        town = town_name(entry["neighborhood"])
        if town and not any(ch.isdecimal() for ch in town) and "（" not in town:
            yield entry["postal_code"], entry["prefecture"] + entry["city"] + town


def _half(text: str) -> str:
    return str(jaconv.z2h(text, kana=True))


def _wide(text: str) -> str:
    return str(jaconv.h2z(text, ascii=True, digit=True))


def _chome(block: str) -> str:
    chome, banchi, go = block.split("-")
    return f"{chome}丁目{banchi}番{go}号"


def _day(day: date, dice: random.Random) -> str:
    match dice.randrange(6):
        case 0:
            return day.isoformat()
        case 1:
            return f"{day.year}/{day.month}/{day.day}"
        case 2:
            return f"{day.year}年{day.month}月{day.day}日"
        case 3:
            return era_date(day)
        case 4:
            return str((day - date(1899, 12, 30)).days)
        case _:
            return _wide(f"{day.year}/{day.month}/{day.day}")


def _phone(number: str, head: int, dice: random.Random) -> str:
    match dice.randrange(5):
        case 0:
            return number
        case 1:
            return number[1:]
        case 2:
            return f"{number[:head]}({number[head:-4]}){number[-4:]}"
        case 3:
            return _wide(f"{number[:head]}-{number[head:-4]}-{number[-4:]}")
        case _:
            return f"{number[:head]}-{number[head:-4]}-{number[-4:]}"
