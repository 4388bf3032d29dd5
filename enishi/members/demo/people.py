"""People and organisations who do not exist, as a member list would describe them."""

import random
from dataclasses import dataclass, field
from datetime import date, timedelta

import jaconv

from .names import FAMILY_NAMES, FEMALE_NAMES, MALE_NAMES, Name, generation
from .towns import Town, block, building, landline, mobile

MAIL_DOMAINS = ("example.jp", "example.com", "mail.example.co.jp", "mobile.example.ne.jp")
SOURCES = (
    "ホームページ", "会員の紹介", "会報", "イベント参加", "新聞記事", "市の広報", "SNS", "チラシ",
)  # fmt: skip

_FAMILY_WEIGHTS = [name.weight for name in FAMILY_NAMES]

_FORMS = (
    ("株式会社", True), ("株式会社", False), ("有限会社", True), ("合同会社", False),
)  # fmt: skip
_STEMS = (
    ("青葉", "アオバ"), ("広瀬", "ヒロセ"), ("みちのく", "ミチノク"), ("杜の都", "モリノミヤコ"),
    ("北斗", "ホクト"), ("若葉", "ワカバ"), ("ひので", "ヒノデ"), ("大和", "ヤマト"),
    ("けやき", "ケヤキ"), ("定禅寺", "ジョウゼンジ"), ("蔵王", "ザオウ"), ("松風", "マツカゼ"),
    ("千歳", "チトセ"), ("あさひ", "アサヒ"), ("さくら", "サクラ"), ("泉", "イズミ"),
    ("宮城野", "ミヤギノ"), ("七夕", "タナバタ"), ("伊達", "ダテ"), ("花京院", "カキョウイン"),
)  # fmt: skip
_TRADES = (
    ("印刷", "インサツ"), ("建設", "ケンセツ"), ("酒造", "シュゾウ"), ("製菓", "セイカ"),
    ("茶舗", "チャホ"), ("旅行", "リョコウ"), ("不動産", "フドウサン"), ("商事", "ショウジ"),
    ("工芸", "コウゲイ"), ("システム", "システム"), ("食品", "ショクヒン"), ("呉服店", "ゴフクテン"),
    ("電機", "デンキ"), ("運輸", "ウンユ"), ("企画", "キカク"),
)  # fmt: skip
_INSTITUTIONS = (
    ("医療法人社団{}会", "{}カイ"), ("{}病院", "{}ビョウイン"), ("学校法人{}学園", "{}ガクエン"),
    ("社会福祉法人{}福祉会", "{}フクシカイ"), ("特定非営利活動法人{}ネット", "{}ネット"),
    ("一般社団法人{}観光協会", "{}カンコウキョウカイ"), ("公益財団法人{}文化財団", "{}ブンカザイダン"),
    ("{}商店街振興組合", "{}ショウテンガイシンコウクミアイ"),
)  # fmt: skip


@dataclass
class Person:
    """The fields of a member, by their names on the model (without number, type and dates)."""

    kind: str = "person"
    family_name: str = ""
    given_name: str = ""
    family_name_kana: str = ""
    given_name_kana: str = ""
    former_name: str = ""
    organisation_name: str = ""
    organisation_name_kana: str = ""
    gender: str = ""
    birth_date: date | None = None
    email: str = ""
    phone: str = ""
    mobile: str = ""
    postal_code: str = ""
    prefecture: str = ""
    city: str = ""
    address_line: str = ""
    building: str = ""
    source: str = ""
    note: str = ""
    data: dict[str, object] = field(default_factory=dict)


def a_family_name(dice: random.Random) -> Name:
    return dice.choices(FAMILY_NAMES, _FAMILY_WEIGHTS)[0]


def a_given_name(dice: random.Random, gender: str, birth_year: int) -> Name:
    table = FEMALE_NAMES if gender == "female" else MALE_NAMES
    names = table[generation(birth_year)]
    return dice.choices(names, [name.weight for name in names])[0]


def a_person(dice: random.Random, *, joined: date, age: int, town: Town) -> Person:
    """Somebody who was about ``age`` years old when joining."""
    gender = "female" if dice.random() < 0.56 else "male"
    born = date(joined.year - age, 1, 1) + timedelta(days=dice.randint(0, 364))
    family, given = a_family_name(dice), a_given_name(dice, gender, born.year)
    person = Person(
        family_name=family.text,
        given_name=given.text,
        family_name_kana=family.kana,
        given_name_kana=given.kana,
        gender=gender if dice.random() < 0.96 else "",
        birth_date=born if dice.random() < 0.93 else None,
        source=dice.choice(SOURCES) if dice.random() < 0.6 else "",
    )
    if gender == "female" and dice.random() < 0.08:
        person.former_name = a_family_name(dice).text
    _settle(dice, person, town)
    if dice.random() < (0.95 if born.year > 1960 else 0.6):
        person.email = _email(dice, given.kana, family.kana, born.year)
    if born.year > 1950 or dice.random() < 0.5:
        person.mobile = mobile(dice)
    if not person.mobile or dice.random() < (0.7 if born.year < 1970 else 0.15):
        person.phone = landline(town.prefecture, dice)
    return person


def an_organisation(dice: random.Random, *, taken: set[str], town: Town) -> Person:
    """A company or institution with its contact person; its name is not in ``taken``."""
    while True:
        stem, stem_kana = dice.choice(_STEMS)
        if dice.random() < 0.35:
            form, form_kana = dice.choice(_INSTITUTIONS)
            name, kana = form.format(stem), form_kana.format(stem_kana)
        else:
            trade, trade_kana = dice.choice(_TRADES)
            company, before = dice.choice(_FORMS)
            body = stem + trade
            name = f"{company}{body}" if before else f"{body}{company}"
            kana = stem_kana + trade_kana
        if name not in taken:
            taken.add(name)
            break
    family = a_family_name(dice)
    given = a_given_name(dice, dice.choice(("male", "female")), dice.randint(1955, 1992))
    office = Person(
        kind="organisation",
        organisation_name=name,
        organisation_name_kana=kana,
        family_name=family.text,
        given_name=given.text,
        family_name_kana=family.kana,
        given_name_kana=given.kana,
        phone=landline(town.prefecture, dice),
        email=f"info.{dice.randint(100, 9999)}@example.co.jp",
        source=dice.choice(SOURCES),
    )
    _settle(dice, office, town)
    return office


def _settle(dice: random.Random, person: Person, town: Town) -> None:
    person.postal_code = town.postal_code
    person.prefecture = town.prefecture
    person.city = town.city
    person.address_line = f"{town.town}{block(dice)}"
    person.building = building(dice)


def _email(dice: random.Random, given: str, family: str, year: int) -> str:
    first, last = romaji(given), romaji(family)
    local = dice.choice(
        (
            f"{first}.{dice.randint(10, 9999)}",
            f"{first}.{last}",
            f"{last}{year}",
            f"{first[0]}-{last}",
        )
    )
    return f"{local}@{dice.choice(MAIL_DOMAINS)}"


def romaji(kana: str) -> str:
    """A plain reading in Latin letters for the part before the @."""
    letters = jaconv.kana2alphabet(jaconv.kata2hira(kana))
    return "".join(letter for letter in letters.lower() if letter.isascii() and letter.isalpha())
