"""Two databases of the demo organisation, with records of its members."""

import random
from datetime import timedelta

from django.db import transaction

from enishi.core import clock
from enishi.members.models import Member, Status

from . import ready
from .actions import add_record
from .models import Database

REQUESTS, COURSES = 60, 90
_COURSES = ("日本語支援ボランティア入門", "やさしい日本語講座", "災害時通訳研修", "著作権の基礎")
_ASKED = ("入会のご案内", "会報のバックナンバー", "助成金の手引き", "文化祭のちらし")


@transaction.atomic
def fill() -> str:
    """Make both unless there is any database."""
    if Database.objects.exists():
        return ""
    dice = random.Random("帳")  # noqa: S311
    by_key = {template.key: template for template in ready.TEMPLATES}
    members = list(Member.objects.filter(status=Status.ACTIVE).order_by("number")[:400])
    if not members:
        return ""
    requests = ready.make(by_key["requests"], by=None)
    courses = ready.make(by_key["training"], by=None)
    for at in range(REQUESTS):
        day = clock.today() - timedelta(days=3 * (REQUESTS - at) + dice.randint(0, 2))
        state = "完了" if at < REQUESTS - 12 else dice.choice(["未対応", "対応中", "完了"])
        values = {
            "subject": dice.choice(_ASKED),
            "material": dice.choice(["入会案内", "会報", "年報"]),
            "requested_on": day.isoformat(),
            "copies": dice.choice([1, 1, 1, 2, 5, 10]),
            "state": state,
            "sent": state == "完了",
        }
        member = dice.choice(members) if dice.random() < 0.8 else None
        add_record(requests, values, member=member, by=None)
    for _at in range(COURSES):
        day = clock.today() - timedelta(days=dice.randint(10, 900))
        values = {
            "course": dice.choice(_COURSES),
            "held_on": day.isoformat(),
            "hours": dice.choice(["1.5", "3", "6"]),
            "result": dice.choice(["修了", "修了", "修了", "未修了", "欠席"]),
        }
        add_record(courses, values, member=dice.choice(members), by=None)
    return ""
