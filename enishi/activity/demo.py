"""What the demo organisation's members did in the last year: newsletters, visits, seminars."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import transaction

from enishi.core import clock
from enishi.members.models import Member, Status

from .actions import Happened, declare, record_many
from .models import Activity

NEWSLETTERS = 12
BEFORE = 900_000
VISITORS = 600
_PAGES = (
    ("/", "ホーム"),
    ("/news/summer-festival", "夏の文化祭のお知らせ"),
    ("/events", "イベント一覧"),
    ("/events/japanese-course", "やさしい日本語講座"),
    ("/events/tea", "お茶会のご案内"),
    ("/library", "会報バックナンバー"),
    ("/join", "入会のご案内"),
    ("/mypage", "マイページ"),
    ("/mypage/dues", "会費のお支払い"),
)
_SEMINARS = ("やさしい日本語講座", "災害時通訳研修", "会計の基礎", "著作権セミナー")


@transaction.atomic
def fill() -> str:
    """Make it unless there is any activity."""
    if Activity.objects.exists():
        return ""
    dice = random.Random("足跡")  # noqa: S311
    members = list(
        Member.objects.present()
        .filter(status=Status.ACTIVE)
        .order_by("number")
        .values_list("pk", "email")
    )
    if not members:
        return ""
    declare(
        "seminar.attended",
        "セミナー参加",
        {"title": "text", "online": "boolean", "score": "integer"},
        icon="school",
        by=None,
    )
    reached = [pk for pk, email in members if email]
    everybody = [pk for pk, _email in members]
    keen = {pk: dice.betavariate(1.2, 2.0) for pk in everybody}
    record_many(
        [
            *_newsletters(dice, reached, keen),
            *_visits(dice, everybody, keen),
            *_seminars(dice, everybody),
        ]
    )
    return ""


def _ago(days: float) -> datetime:
    return clock.now() - timedelta(days=days)


def _newsletters(
    dice: random.Random, members: list[int], keen: dict[int, float]
) -> Iterator[Happened]:
    """One a month; who opens one soon opens the next."""
    for number in range(1, NEWSLETTERS + 1):
        sent = _ago((NEWSLETTERS - number) * 30.4 + 4)
        # Numbers that no campaign of the office will have: these were sent before Enishi.
        props = {"campaign": BEFORE + number, "subject": f"縁だより 第{number}号"}
        for member in members:
            yield Happened(member, "mail.sent", sent, props=props)
            if dice.random() < 0.06:
                at = sent + timedelta(seconds=3)
                yield Happened(member, "mail.opened", at, props=props, machine=True)
            if dice.random() < 0.004:
                bounced = {**props, "hard": False, "reason": "メールボックスの容量超過"}
                yield Happened(member, "mail.bounced", sent, props=bounced)
            elif dice.random() < keen[member]:
                at = sent + timedelta(hours=dice.expovariate(1 / 9))
                yield Happened(member, "mail.opened", at, props=props)
                if dice.random() < 0.2:
                    path, _title = dice.choice(_PAGES)
                    link = {**props, "link": path}
                    at += timedelta(seconds=40)
                    yield Happened(member, "mail.clicked", at, path, link)


def _visits(dice: random.Random, members: list[int], keen: dict[int, float]) -> Iterator[Happened]:
    often = sorted(members, key=lambda pk: -keen[pk])[:VISITORS]
    for rank, member in enumerate(often):
        for _ in range(1 + (VISITORS - rank) // 60):
            at = _ago(dice.random() ** 1.5 * 360)
            device = dice.choice(["phone", "phone", "computer", "tablet"])
            where = {"device": device, "ip": f"203.0.113.{dice.randrange(0, 256, 8)}"}
            if dice.random() < 0.5:
                yield Happened(member, "site.signed_in", at, props=where)
            for page in range(dice.randint(1, 4)):
                path, title = dice.choice(_PAGES)
                props = {**where, "path": path, "title": title}
                seen = at + timedelta(seconds=30 + 50 * page)
                yield Happened(member, "site.viewed", min(seen, clock.now()), path, props)


def _seminars(dice: random.Random, members: list[int]) -> Iterator[Happened]:
    for number, title in enumerate(_SEMINARS):
        held = _ago(330 - number * 80)
        for member in dice.sample(members, min(60, len(members))):
            props = {"title": title, "online": dice.random() < 0.4, "score": dice.randint(2, 5)}
            yield Happened(member, "seminar.attended", held, title, props)
