"""Members with every awkward value: rows of the database, and plain values for the reference."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random

from django.db import connection

from enishi.members.fields import clean
from enishi.members.models import Contact, Field, Member, MemberTag, MemberType, Tag
from enishi.members.models.fields import as_choices

from . import reference as ref

NAMES = [
    "田中",
    "たなか",
    "タナカ",
    "Tanaka",
    "TANAKA",
    "髙橋",
    "高橋",
    "福神",
    "やまだ",
    "ヤマダ",
    "",
]
PLACES = ["東京都", "神奈川県", "大阪府", "北海道", ""]
CITIES = ["中央区", "千代田区", "つくば市", "ツクバ市", "A市", "a市", "100%_市", "a\\b", ""]
JOBS = ["nurse", "医師", "Nurse ２", "ナース", "なーす", "ﾅｰｽ", "é", "É", "", None]
DAYS = [
    *(date(2000, 2, 29), date(2004, 2, 29), date(1996, 3, 1), date(1996, 2, 28)),
    *(date(1985, 4, 1), date(1985, 3, 31), date(1990, 12, 31), date(1991, 1, 1)),
    *(date(2026, 11, 21), date(2026, 10, 31), date(2026, 11, 30), date(2025, 11, 21)),
    *(date(2026, 4, 1), date(2026, 3, 31), date(2024, 2, 29), date(2023, 5, 31), None),
]
TAGS = ["vip", "VIP2", "役員", "やくいん"]
PHONES = ["0312345678", "09012345678", "0120000000", ""]
CHOICES = ["赤", "青", "緑"]
COURSES = ["Gold", "gold", "シルバー", "竹"]
TYPES = {
    "number": ref.TEXT,
    "family_name": ref.TEXT,
    "prefecture": ref.TEXT,
    "city": ref.TEXT,
    "email": ref.TEXT,
    "note": ref.TEXT,
    "phone": ref.DIGITS,
    "gender": ref.CHOICE,
    "status": ref.CHOICE,
    "member_type": ref.LINK,
    "birth_date": ref.DATE,
    "joined_on": ref.DATE,
    "left_on": ref.DATE,
    "age": ref.NUMBER,
    "created_at": ref.INSTANT,
    "tags": ref.CHOICES,
    "data.job": ref.TEXT,
    "data.points": ref.NUMBER,
    "data.agreed": ref.FLAG,
    "data.colours": ref.CHOICES,
    "data.visited": ref.DATE,
    "data.rate": ref.NUMBER,
    "data.seen": ref.INSTANT,
    "data.wakes": ref.TIME,
    "data.course": ref.CHOICE,
    "data.fax": ref.DIGITS,
    "contact": {
        "at": ref.INSTANT,
        "channel": ref.CHOICE,
        "subject": ref.TEXT,
        "next_on": ref.DATE,
    },
}
INSTANTS = [
    datetime(2026, 11, 20, 14, 59, 59, 999999, tzinfo=UTC),  # a moment before midnight in Tokyo
    datetime(2026, 11, 20, 15, 0, 0, tzinfo=UTC),
    datetime(2026, 10, 31, 15, 0, 0, tzinfo=UTC),
    datetime(2026, 3, 31, 14, 59, 59, tzinfo=UTC),
    datetime(2024, 2, 29, 3, 0, tzinfo=UTC),
    datetime(2025, 12, 31, 15, 0, tzinfo=UTC),
]


def add_fields():
    """The own fields that the people have."""
    for order, (key, kind) in enumerate(
        [
            *[("job", "text"), ("points", "integer"), ("agreed", "boolean"), ("visited", "date")],
            *[("rate", "decimal"), ("seen", "datetime"), ("wakes", "time"), ("fax", "phone")],
        ]
    ):
        Field.objects.create(key=key, label_ja=key, type=kind, order=order)
    for key, kind, choices in [("colours", "choices", CHOICES), ("course", "choice", COURSES)]:
        offered = as_choices(choices)
        Field.objects.create(key=key, label_ja=key, type=kind, choices=offered, order=9)


def written(value):
    """A value as the own fields keep it."""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, Decimal):
        return str(value)
    return value.isoformat() if isinstance(value, date) else value


def populate(count=120, seed=1):
    """Members in the database; returns id → Person."""
    dice = Random(seed)
    add_fields()
    types = list(MemberType.objects.all()[:3])
    tags = {name: Tag.objects.create(name=name) for name in TAGS}
    made, people = [], []
    for n in range(count):
        data = {
            "job": dice.choice(JOBS),
            "points": dice.choice([None, 0, 1, -5, 100, 30]),
            "agreed": dice.choice([None, True, False]),
            "colours": dice.choice([None, ["赤"], ["赤", "青"], ["緑"]]),
            "visited": dice.choice(DAYS),
            "rate": dice.choice([None, Decimal("29.5"), Decimal("0.1"), Decimal(30), Decimal(-3)]),
            "seen": dice.choice([None, *(one.replace(microsecond=0) for one in INSTANTS)]),
            "wakes": dice.choice([None, "00:00", "06:30", "23:59"]),
            "course": dice.choice([None, *COURSES]),
            "fax": dice.choice([None, *PHONES]),
        }
        stored = {key: written(value) for key, value in data.items() if value not in (None, "", [])}
        joined = dice.choice(DAYS)
        left = dice.choice([None, None, *(d for d in DAYS if d and (not joined or d >= joined))])
        values = {
            "number": f"T{n:04}",
            "family_name": clean("family_name", dice.choice(NAMES)),
            "prefecture": dice.choice(PLACES),
            "city": clean("city", dice.choice(CITIES)),
            "email": dice.choice(["", "a.b@example.jp", "hanako@example.jp"]),
            "note": dice.choice(["", "ＶＩＰの方", "vipの方", "二行\n目", "ﾃｽﾄ"]),
            "phone": dice.choice(PHONES),
            "gender": dice.choice(["", "male", "female"]),
            "status": dice.choice(["active", "left", "suspended"]),
            "birth_date": dice.choice(DAYS),
            "joined_on": joined,
            "left_on": left,
            "created_at": dice.choice(INSTANTS) + timedelta(days=dice.choice([0, 0, -1, -30])),
        }
        kind = dice.choice(types)
        member = Member(**values, type=kind, data=stored)
        have = dice.sample(TAGS, dice.choice([0, 0, 1, 2, 3]))
        made.append((member, have))
        plain = values | {"member_type": kind.name, "tags": have}
        plain |= {f"data.{key}": value for key, value in data.items()}
        people.append(ref.Person(plain, TYPES))
    Member.objects.bulk_create([member for member, _tags in made])
    MemberTag.objects.bulk_create(
        MemberTag(member=member, tag=tags[name]) for member, have in made for name in have
    )
    contacts = []
    for (member, _tags), person in zip(made, people, strict=True):
        rows = [
            {
                "at": dice.choice(INSTANTS) + timedelta(seconds=n),
                "channel": dice.choice(["phone", "email", "visit"]),
                "subject": dice.choice(["電話", "ご相談", "Inquiry"]),
                "next_on": dice.choice(DAYS),
            }
            for n in range(dice.choice([0, 0, 1, 2, 4]))
        ]
        person.rows["contact"] = rows
        contacts += [Contact(member=member, direction="in", **row) for row in rows]
    Contact.objects.bulk_create(contacts)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE members_member")
    return {member.pk: person for (member, _tags), person in zip(made, people, strict=True)}
