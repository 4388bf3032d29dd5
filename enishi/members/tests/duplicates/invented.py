"""An invented list with people who are in it twice, in every way that we could think of.

Other names, other slips and other look-alikes than the sample roster has. ``invented(seed)`` gives
rows (columns of a member, clean) and for each pair of one person the way in which the two differ.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from enishi.members.demo.names import FAMILY_NAMES, FEMALE_NAMES, MALE_NAMES, generation
from enishi.members.demo.people import romaji

from .towns import TOWNS

Row = dict[str, Any]
VARIANTS = {"高": "髙", "崎": "﨑", "斎": "齋", "辺": "邊", "浜": "濱", "沢": "澤", "広": "廣"}
VARIANTS |= {"桜": "櫻", "国": "國", "島": "嶋", "真": "眞", "恵": "惠", "実": "實", "静": "靜"}
DIGITS = "〇一二三四五六七八九"


@dataclass
class Invented:
    """``pairs``: numbers of one person → how the second row came to differ."""

    rows: list[Row] = field(default_factory=list)
    pairs: dict[frozenset[str], str] = field(default_factory=dict)


class _Maker:
    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.made = Invented()

    # People

    def person(self, **given: Any) -> Row:
        dice = self.dice
        born = given.get("birth_date") or date(1938, 1, 1) + timedelta(dice.randrange(25_000))
        gender = given.get("gender") or dice.choice(["male", "female"])
        table = (MALE_NAMES if gender == "male" else FEMALE_NAMES)[generation(born.year)]
        family = dice.choices(FAMILY_NAMES, [n.weight for n in FAMILY_NAMES])[0]
        first = dice.choices(table, [n.weight for n in table])[0]
        joined = date(1995, 4, 1) + timedelta(dice.randrange(11_000))
        row: Row = {
            "kind": "person",
            "family_name": family.text,
            "given_name": first.text,
            "family_name_kana": family.kana,
            "given_name_kana": first.kana,
            "former_name": "",
            "gender": gender,
            "birth_date": born,
            "phone": self.landline() if dice.random() < 0.5 else "",
            "mobile": self.mobile() if dice.random() < 0.75 else "",
            "joined_on": joined,
            "left_on": joined + timedelta(dice.randrange(1, 3000)) if dice.random() < 0.2 else None,
            **self.place(),
        }
        row["email"] = self.email(row) if dice.random() < 0.8 else ""
        return row | given

    def landline(self) -> str:
        return f"0{self.dice.randrange(20_000_000, 99_999_999):09d}"[:10]

    def mobile(self) -> str:
        return f"0{self.dice.choice('789')}0{self.dice.randrange(10_000_000, 99_999_999)}"

    def email(self, row: Row) -> str:
        host = self.dice.choice(["example.jp", "mail.example.com", "docomo.example.ne.jp"])
        name = romaji(row["given_name_kana"]) or "member"
        way = self.dice.randrange(3)
        if way == 0:
            return f"{name}{self.dice.randrange(1, 9999)}@{host}"
        if way == 1:
            return f"{name}.{romaji(row['family_name_kana'])}{self.dice.randrange(100)}@{host}"
        return f"{name[0]}{romaji(row['family_name_kana'])}_{self.dice.randrange(99_999)}@{host}"

    def place(self) -> Row:
        code, prefecture, city, town = self.dice.choice(TOWNS)
        block = "-".join(str(self.dice.randrange(1, 30)) for _ in range(3))
        building = f"コーポ{self.dice.randrange(101, 999)}" if self.dice.random() < 0.4 else ""
        return {
            "postal_code": code,
            "prefecture": prefecture,
            "city": city,
            "address_line": f"{town}{block}",
            "building": building,
        }

    def keep(self, row: Row) -> Row:
        row["number"] = f"A{len(self.made.rows) + 1:06d}"
        self.made.rows.append(row)
        return row

    def twice(self, way: str, change: Callable[[Row], Row | None]) -> None:
        one = self.keep(self.person())
        if not (one["mobile"] or one["email"]):
            one["mobile"] = self.mobile()
        changed = change(dict(one))
        if changed is None:
            return
        other = self.keep(changed)
        self.made.pairs[frozenset((one["number"], other["number"]))] = way


def invented(seed: int, people: int = 2_500, of_each: int = 6) -> Invented:
    """About ``people`` members; each way and each look-alike ``of_each`` times."""
    maker = _Maker(seed)
    for _ in range(people):
        maker.keep(maker.person())
    for way, change in _ways(maker).items():
        for _ in range(of_each):
            maker.twice(way, change)
    for lookalike in _lookalikes(maker):
        for _ in range(of_each):
            lookalike()
    maker.dice.shuffle(maker.made.rows)
    return maker.made


def _ways(maker: _Maker) -> dict[str, Callable[[Row], Row | None]]:  # noqa: C901
    dice = maker.dice

    def again(row: Row) -> Row:
        row["left_on"] = None
        row["joined_on"] = row["joined_on"] + timedelta(dice.randrange(400, 3000))
        return row

    def moved(row: Row) -> Row:
        return again(row) | maker.place() | {"phone": ""}

    def everything_new(row: Row) -> Row:
        row = moved(row) | {"mobile": maker.mobile() if row["mobile"] else ""}
        return row | {"email": maker.email(row) if dice.random() < 0.5 else ""}

    def variant(row: Row) -> Row | None:
        name = row["family_name"]
        changed = "".join(VARIANTS.get(letter, letter) for letter in name)
        return again(row) | {"family_name": changed, "phone": ""} if changed != name else None

    def kana_written_otherwise(row: Row) -> Row | None:
        kana = row["given_name_kana"]
        changed = kana.replace("ョウ", "ョー").replace("ユウ", "ユー").replace("ヅ", "ズ")
        changed = changed.replace("ショ", "シヨ").replace("コウ", "コー").replace("キョ", "キヨ")
        return again(row) | {"given_name_kana": changed} if changed != kana else None

    def misread(row: Row) -> Row:
        family = row["family_name_kana"]
        swap = {"ザキ": "サキ", "ジマ": "シマ", "ダ": "タ", "ガワ": "カワ"}
        for old, new in swap.items():
            family = family.replace(old, new)
        return moved(row) | {"family_name_kana": family}

    def no_kana(row: Row) -> Row:
        return again(row) | {"family_name_kana": "", "given_name_kana": "", "phone": ""}

    def married(row: Row) -> Row:
        former = row["family_name"]
        other = maker.person()
        names = {n: other[n] for n in ("family_name", "family_name_kana")}
        return moved(row) | names | {"former_name": former, "mobile": ""}

    def married_in_silence(row: Row) -> Row:
        other = maker.person()
        names = {n: other[n] for n in ("family_name", "family_name_kana")}
        return moved(row) | names

    def swapped(row: Row) -> Row:
        return again(row) | {
            "family_name": row["given_name"],
            "given_name": row["family_name"],
            "family_name_kana": row["given_name_kana"],
            "given_name_kana": row["family_name_kana"],
        }

    def unparted(row: Row) -> Row:
        whole = {
            "family_name": row["family_name"] + row["given_name"],
            "family_name_kana": row["family_name_kana"] + row["given_name_kana"],
        }
        return again(row) | whole | {"given_name": "", "given_name_kana": "", "email": ""}

    def born_by_a_slip(row: Row) -> Row:
        born = row["birth_date"]
        changed = born + timedelta(dice.choice([1, -1, 9, -9, 3652, -3653]))
        return again(row) | {"birth_date": changed, "phone": ""}

    def no_birth(row: Row) -> Row:
        return again(row) | {"birth_date": None, "email": ""}

    def mobile_as_phone(row: Row) -> Row:
        return moved(row) | {"phone": row["mobile"], "mobile": "", "email": ""}

    def address_otherwise(row: Row) -> Row:
        town = row["address_line"].rstrip("0123456789-")
        numbers = row["address_line"][len(town) :].split("-")
        chome, banchi, go = numbers
        if int(chome) < 10 and dice.random() < 0.5:
            chome = DIGITS[int(chome)]
        line = f"{town}{chome}丁目{banchi}番{go}号"
        gone = {"birth_date": None, "mobile": "", "email": "", "phone": ""}
        return again(row) | {"address_line": line, "building": ""} | gone

    def given_kanji(row: Row) -> Row:
        other = {"子": "江", "太": "多", "介": "助", "一": "市", "美": "実", "樹": "紀", "輔": "介"}
        given = row["given_name"]
        return again(row) | {"given_name": "".join(other.get(x, x) for x in given), "phone": ""}

    def in_hiragana(row: Row) -> Row:
        kana = row["given_name_kana"]
        hiragana = "".join(chr(ord(x) - 0x60) if "ァ" <= x <= "ヶ" else x for x in kana)
        return moved(row) | {"given_name": hiragana}

    def mail_moved(row: Row) -> Row:
        local = (row["email"] or maker.email(row)).partition("@")[0]
        return moved(row) | {"email": f"{local}@gmail.example.com"}

    def digit(row: Row) -> Row:
        phone = row["mobile"] or maker.mobile()
        at = dice.randrange(3, 11)
        changed = phone[:at] + str((int(phone[at]) + 1) % 10) + phone[at + 1 :]
        return moved(row) | {"mobile": changed}

    def day_and_month_swapped(row: Row) -> Row:
        born = date(row["birth_date"].year, dice.randrange(1, 12), dice.randrange(1, 12))
        while born.day == born.month:
            born = born.replace(day=dice.randrange(1, 12))
        row["birth_date"] = born
        maker.made.rows[-1]["birth_date"] = born  # of the first of the two
        other = born.replace(month=born.day, day=born.month)
        return moved(row) | {"birth_date": other, "mobile": row["mobile"] or row["phone"]}

    def wrong_era(row: Row) -> Row | None:
        """昭和 for 大正, 平成 for 昭和: the year of the era is right, the era is not."""
        born = row["birth_date"]
        years = 63 if 1926 < born.year < 1963 else -63 if born.year > 1989 else 0
        if not years or (born.month, born.day) == (2, 29):
            return None
        return again(row) | {"birth_date": born.replace(year=born.year + years)}

    def only_kana(row: Row) -> Row:
        names = {
            "family_name": row["family_name_kana"],
            "given_name": row["given_name_kana"],
            "family_name_kana": "",
            "given_name_kana": "",
        }
        return again(row) | names | {"email": ""}

    def old_characters(row: Row) -> Row | None:
        name = row["family_name"] + "\t" + row["given_name"]
        changed = "".join(VARIANTS.get(letter, letter) for letter in name)
        if changed == name:
            return None
        family, given = changed.split("\t")
        return moved(row) | {"family_name": family, "given_name": given, "email": ""}

    def wrong_gender(row: Row) -> Row:
        other = {"male": "female", "female": "male"}[row["gender"]]
        return again(row) | {"gender": other}

    return {
        one.__name__: one
        for one in (
            *(again, moved, everything_new, variant, kana_written_otherwise, misread, no_kana),
            *(married, married_in_silence, swapped, unparted, born_by_a_slip, no_birth),
            *(mobile_as_phone, address_otherwise, given_kanji, in_hiragana, mail_moved, digit),
            *(day_and_month_swapped, wrong_era, only_kana, old_characters, wrong_gender),
        )
    }


HOME = ("family_name", "family_name_kana", "phone", "postal_code", "prefecture", "city")
HOME += ("address_line", "building")


def _lookalikes(maker: _Maker) -> list[Callable[[], None]]:  # noqa: C901
    dice, keep, person = maker.dice, maker.keep, maker.person

    def home(row: Row) -> Row:
        return {name: row[name] for name in HOME}

    def named(row: Row) -> Row:
        names = ("family_name", "given_name", "family_name_kana", "given_name_kana", "gender")
        return {name: row[name] for name in names}

    def twins() -> None:
        one = keep(person(phone=maker.landline()))
        while (other := person(**home(one), birth_date=one["birth_date"]))["given_name"] == one[
            "given_name"
        ]:
            pass
        keep(other | {"email": one["email"]})

    def twins_with_like_names() -> None:
        born = date(1990, 1, 1) + timedelta(dice.randrange(5000))
        pairs = [
            ("翔太", "ショウタ"),
            ("翔平", "ショウヘイ"),
            ("優花", "ユウカ"),
            ("優香", "ユウコ"),
        ]
        pairs += [("健一", "ケンイチ"), ("健二", "ケンジ"), ("大輝", "ダイキ"), ("大樹", "タイキ")]
        at = 2 * dice.randrange(4)
        one = person(birth_date=born, gender="male", phone=maker.landline())
        for text, kana in pairs[at : at + 2]:
            keep(
                person(**home(one), birth_date=born, gender="male")
                | {"given_name": text, "given_name_kana": kana, "email": one["email"]}
            )

    def family() -> None:
        one = keep(person(phone=maker.landline(), email=f"family{dice.randrange(9**9)}@example.jp"))
        names = {one["given_name_kana"]}
        for years in (-2, -27, -29):
            born = one["birth_date"] + timedelta(365 * years + dice.randrange(200))
            other = person(**home(one), birth_date=born)
            if other["given_name_kana"] not in names:
                names.add(other["given_name_kana"])
                keep(other | {"email": one["email"], "mobile": one["mobile"]})

    def same_name_elsewhere() -> None:
        one = keep(person())
        other = person()
        keep(other | named(one) | {"email": maker.email(other | named(one))})

    def same_name_in_town() -> None:
        one = keep(person())
        place = maker.place()
        while place["city"] != one["city"]:
            place = maker.place()
        other = person(**place)
        keep(other | named(one) | {"email": maker.email(other | named(one))})

    def same_numbers_elsewhere() -> None:
        one = keep(person())
        block = one["address_line"].lstrip("".join(t for *_, t in TOWNS))
        other = person(building=one["building"])
        if other["city"] == one["city"]:
            return
        town = other["address_line"].rstrip("0123456789-")
        bare = {"phone": "", "mobile": "", "email": "", "address_line": town + block}
        keep(other | named(one) | bare)

    def couple_that_sounds_alike() -> None:
        one = person(gender="male", phone=maker.landline())
        keep(one | {"given_name": "勇気", "given_name_kana": "ユウキ"})
        other = person(**home(one), gender="female", birth_date=one["birth_date"] + timedelta(800))
        keep(other | {"given_name": "優希", "given_name_kana": "ユウキ"})

    def office() -> None:
        phone, email = "0312340000", "info@company.example.jp"
        for _ in range(12):
            keep(person() | {"phone": phone, "email": email, "mobile": ""})

    def father_and_son() -> None:
        """A name that is handed on: at one address, with one telephone and one e-mail address."""
        born = date(1940, 1, 1) + timedelta(dice.randrange(9_000))
        mail = f"ie{dice.randrange(9**9)}@example.jp"
        one = keep(person(gender="male", phone=maker.landline(), birth_date=born, email=mail))
        later = born + timedelta(365 * dice.randrange(22, 38) + dice.randrange(360))
        mobile = maker.mobile() if dice.random() < 0.5 else ""
        keep(one | {"birth_date": later, "mobile": mobile, "left_on": None})

    def cousins_of_one_sound() -> None:
        """翔 and 将: alike in sound, of one family, in one town, some years apart."""
        place = maker.place()
        born = date(1985, 1, 1) + timedelta(dice.randrange(4_000))
        one = person(**place, gender="male", birth_date=born)
        keep(one | {"given_name": "翔", "given_name_kana": "ショウ"})
        names = {name: one[name] for name in ("family_name", "family_name_kana")}
        other = maker.place()
        other |= {name: place[name] for name in ("postal_code", "prefecture", "city")}
        later = person(**names, **other, gender="male", birth_date=born + timedelta(1_500))
        keep(later | {"given_name": "将", "given_name_kana": "ショウ"})

    def same_day() -> None:
        one = keep(person())
        keep(person(birth_date=one["birth_date"], gender=one["gender"]))

    def birthday_of_another_year() -> None:
        one = keep(person())
        born = one["birth_date"]
        if (born.month, born.day) == (2, 29):
            return
        other = person(birth_date=born.replace(year=born.year + dice.choice([10, -10, 1, 7])))
        keep(other | named(one) | {"email": maker.email(other | named(one))})

    return [
        *(twins, twins_with_like_names, family, same_name_elsewhere, same_name_in_town),
        *(same_numbers_elsewhere, couple_that_sounds_alike, office, same_day),
        *(father_and_son, cousins_of_one_sound),
        birthday_of_another_year,
    ]
