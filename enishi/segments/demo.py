"""Five segments of the demo organisation, and the scores of its members."""

import random
from datetime import timedelta
from typing import Any

from django.db import transaction

from enishi.accounts.models import User
from enishi.activity.actions import Happened, record_many
from enishi.activity.models import Activity
from enishi.core import clock
from enishi.members.models import Member

from .actions import create, put_by_hand, refresh, scores
from .models import Movement, Segment, SegmentMember
from .ready import put_segments
from .starters import ACTIVE

BEFORE = 900_000  # campaigns of the programme that was used before, as in the stream

SEGMENTS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    (
        "宮城・福島の30〜50代",
        "仙台での催しを案内する会員",
        {
            "all": [
                ACTIVE,
                {"field": "prefecture", "op": "in", "value": ["宮城県", "福島県"]},
                {"field": "age", "op": "between", "value": [30, 59]},
            ]
        },
    ),
    (
        "来月誕生日の会員",
        "お祝いの葉書を送る会員",
        {
            "all": [
                ACTIVE,
                {"field": "kind", "op": "in", "value": ["person"]},
                {"field": "birth_date", "op": "anniversary", "value": {"next": "month"}},
            ]
        },
    ),
    (
        "今年度に入会した会員",
        "春の懇親会に招く会員",
        {"all": [ACTIVE, {"field": "joined_on", "op": "within", "value": {"this": "fiscal_year"}}]},
    ),
    (
        "90日メールを開いていない会員",
        "葉書か電話で様子をうかがう会員",
        {
            "all": [
                ACTIVE,
                {"field": "email", "op": "not_empty"},
                {
                    "did": "mail.opened",
                    "times": {"op": "eq", "value": 0},
                    "within": {"last": 90, "unit": "day"},
                },
            ]
        },
    ),
    (
        "メールの届かない会員",
        "会報を郵送する会員",
        {"all": [ACTIVE, {"field": "email", "op": "empty"}]},
    ),
)


@transaction.atomic
def fill() -> str:
    """Make them unless there is any segment."""
    if Segment.objects.exists() or not Member.objects.exists():
        return ""
    by = User.objects.filter(is_staff=True).order_by("pk").first()
    if not Activity.objects.exists():
        _take_part()
    scores.compute()
    made = [create(name=name, description=text, rule=rule, by=by) for name, text, rule in SEGMENTS]
    for one in [*made, *put_segments()]:
        refresh(one)
        _spread_out(one)
    some = Member.objects.active().filter(prefecture="山形県").order_by("pk").first()
    if some is not None:
        put_by_hand(made[0], [some.pk], included=True, note="仙台に通勤", by=by)
        refresh(made[0])
    return ""


def _take_part() -> None:
    """A year of mails and visits: some take part all the time, some have become quiet."""
    dice = random.Random("会")  # noqa: S311
    now = clock.now()
    happened: list[Happened] = []
    for pk in Member.objects.active().order_by("pk").values_list("pk", flat=True):
        eager = dice.choice([0, 0, 0.02, 0.05, 0.1, 0.25])
        quiet = dice.choice([0, 0, 0, 20, 60, 120, 200])  # days since they were last heard of
        for days in range(quiet, 365, 7):
            at = now - timedelta(days=days, hours=dice.randint(1, 12))
            if days % 14 == 0:
                happened.append(
                    Happened(pk, "mail.sent", at, props={"campaign": BEFORE + days // 14})
                )
            if dice.random() < eager * 3:
                mail = {"campaign": BEFORE + days // 14}
                happened.append(Happened(pk, "mail.opened", at, props=mail))
                if dice.random() < 0.3:
                    happened.append(Happened(pk, "mail.clicked", at, props=mail))
            if dice.random() < eager:
                page = {"path": dice.choice(["/", "/news/", "/events/", "/mypage/"])}
                happened.append(Happened(pk, "site.viewed", at, page["path"], page))
    record_many(happened)


def _spread_out(segment: Segment) -> None:
    """Let the members have come in over the last weeks instead of in one moment."""
    now = clock.now()
    links = list(SegmentMember.objects.filter(segment=segment).values_list("member", flat=True))
    lately = links[: max(len(links) // 20, 1)] if links else []
    for at, pk in enumerate(lately):
        since = now - timedelta(days=(at * 7) % 50, hours=at % 9)
        SegmentMember.objects.filter(segment=segment, member=pk).update(entered_at=since)
        Movement.objects.create(
            segment=segment,
            version=segment.version,
            at=since,
            cause=Movement.Cause.CHANGE,
            entered=1,
            left=at % 3 == 2,
        )
