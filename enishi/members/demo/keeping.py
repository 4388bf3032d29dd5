"""What the association keeps of its members besides: levels, shirts, whom to call, who led here."""

import random
from datetime import date
from typing import Any

from enishi.members.fields.computing import recompute
from enishi.members.fields.sealed import reseal
from enishi.members.models import Field, Member, as_choices

Type = Field.Type
LEVELS = (
    ("beginner", "入門", "Beginner"), ("middle", "中級", "Intermediate"),
    ("upper", "上級", "Advanced"), ("teacher", "講師", "Teacher"),
)  # fmt: skip
SHIRTS = tuple((size.lower(), size, size) for size in ("S", "M", "L", "LL"))
LESSONS, SAFETY, OURSELVES = "講座・活動", "連絡と安全", "事務局用"


def _offered(choices: tuple[tuple[str, str, str], ...]) -> list[dict[str, Any]]:
    return as_choices([{"value": v, "label": ja, "label_en": en} for v, ja, en in choices])


def _fields() -> list[dict[str, Any]]:
    return [
        {
            "key": "level", "label_ja": "受講レベル", "label": "Level", "type": Type.CHOICE,
            "choices": _offered(LEVELS), "section": LESSONS, "on_my_page": True,
        },
        {
            "key": "first_lesson", "label_ja": "初回受講日", "label": "First lesson",
            "type": Type.DATE, "section": LESSONS,
        },
        {
            "key": "shirt", "label_ja": "Tシャツのサイズ", "label": "Shirt size",
            "type": Type.CHOICE, "choices": _offered(SHIRTS), "section": LESSONS,
            "input": "radio", "help": "夏の文化祭で配ります。", "at_registration": True,
        },
        {
            "key": "emergency", "label_ja": "緊急連絡先", "label": "Emergency contact",
            "type": Type.PHONE, "section": SAFETY, "seen_by": ["administrator", "office"],
        },
        {
            "key": "care", "label_ja": "配慮が必要なこと", "label": "What to mind",
            "type": Type.LONG_TEXT, "section": SAFETY, "personal": "sensitive",
            "seen_by": ["administrator", "office"],
        },
        {
            "key": "introduced_by", "label_ja": "紹介者", "label": "Introduced by",
            "type": Type.MEMBER, "section": OURSELVES,
        },
        {
            "key": "years", "label_ja": "在籍年数", "label": "Years with us",
            "type": Type.COMPUTED, "expression": "years({joined_on}, today())",
            "result": "integer", "section": OURSELVES,
        },
    ]  # fmt: skip


def keep() -> None:
    """Add the fields, and values for most of those who are members now."""
    order = Field.objects.count()
    for values in _fields():
        order += 1
        Field.objects.create(**values, order=order)
    dice = random.Random("控え")  # noqa: S311
    people = list(Member.objects.active().filter(kind="person").order_by("number"))
    for member in people:
        member.data |= _values(member, people, dice)
    Member.objects.bulk_update(people, ["data"], batch_size=500)
    reseal()
    recompute()


def _values(member: Member, people: list[Member], dice: random.Random) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if dice.random() < 0.6:
        found["level"] = dice.choices([value for value, _, _ in LEVELS], (5, 4, 2, 1))[0]
        start = member.joined_on or date(2020, 4, 1)
        found["first_lesson"] = start.isoformat()
    if dice.random() < 0.5:
        found["shirt"] = dice.choice(SHIRTS)[0]
    if dice.random() < 0.4:
        found["emergency"] = f"0900{dice.randint(100_0000, 999_9999)}"
    if dice.random() < 0.02:
        found["care"] = dice.choice(("そばアレルギー", "車いすをご利用", "補聴器をお使いです"))
    if dice.random() < 0.15 and (other := dice.choice(people)).pk != member.pk:
        found["introduced_by"] = other.pk
    return found
