"""Campaigns of the demo organisation: two that were sent, a draft, and one for next week."""

import random
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from enishi.core import clock
from enishi.members.actions import record_consents
from enishi.members.models import ConsentState, Member, Topic

from . import actions
from .models import Campaign, Hit, Link, Reading, Recipient, State
from .sending import freezing

EVERYBODY: dict[str, list[Any]] = {"include": [{"all": []}], "exclude": []}


def _letter(heading: str, text: str, button: str, href: str) -> dict[str, Any]:
    return {
        "blocks": [
            {"type": "heading", "text": heading},
            {"type": "text", "text": "{{ member.name|honorific }}\n\n" + text},
            {"type": "button", "text": button, "href": href},
            {"type": "divider"},
            {
                "type": "text",
                "text": "ご不明な点は[お問い合わせ](https://www.example.jp/contact)ください。",
            },
        ]
    }


SENT = (
    (
        "秋の会報 2025",
        "秋の会報ができました",
        _letter(
            "秋の会報ができました",
            "特集は「地域で暮らす」です。\n表紙の写真は会員の皆さまからお寄せいただきました。",
            "会報を読む",
            "https://www.example.jp/library/autumn",
        ),
        21,
        0.46,
        0.13,
    ),
    (
        "年末のご挨拶と行事のご案内",
        "【ご案内】年末の集いと冬の講座",
        _letter(
            "年末の集い",
            "12月の集いと、冬の講座のご案内です。どうぞお誘い合わせのうえお越しください。",
            "申し込む",
            "https://www.example.jp/events/winter?m={{ member.number }}",
        ),
        4,
        0.38,
        0.09,
    ),
)


NOTICES = (
    (
        "会則の改定について",
        "2027年4月1日から会則の一部を改定します。\n\n"
        "**変わること**\n休会の届出は、休会を始める月の前月末日までにお願いします。\n\n"
        "全文は[会則のページ](https://www.example.jp/rules)をご覧ください。",
        True,
        -2,
        60,
        0.4,
    ),
    (
        "年末年始の窓口休業",
        "12月29日から1月4日まで、事務局はお休みをいただきます。",
        False,
        20,
        45,
        0,
    ),
    (
        "メールアドレス変更のお願い",
        "携帯電話会社のメールをお使いの方は、受信の設定をご確認ください。",
        False,
        -90,
        -30,
        0.6,
    ),
)


@transaction.atomic
def fill() -> str:
    """Make them unless there are any."""
    topic = Topic.objects.filter(key="newsletter").first()
    if Campaign.objects.exists() or topic is None:
        return ""
    if not ConsentState.objects.filter(topic=topic).exists():
        agreed = Member.objects.active().exclude(email="").exclude(number__endswith="7")
        record_consents(agreed, topic, note="デモ", by=None)
    dice = random.Random("便り")  # noqa: S311
    for name, subject, body, days, opens, clicks in SENT:
        at = clock.now().replace(hour=1, minute=0, second=0, microsecond=0) - timedelta(days=days)
        campaign = _written(name, subject, body, topic)
        success = {"conversions": ["site.signed_in"], "archived": True}
        campaign = actions.change(campaign, success, by=None)
        _send(campaign, at, dice, opens, clicks)
    draft = _letter(
        "総会のお知らせ",
        "通常総会の日程が決まりました。",
        "出欠を回答する",
        "https://www.example.jp/meeting",
    )
    _written("総会のお知らせ（案）", "通常総会のお知らせ", draft, topic, "transactional")
    greeting = _letter(
        "春の催し",
        "春の催しの一覧をお届けします。",
        "一覧を見る",
        "https://www.example.jp/events/spring",
    )
    coming = _written("春の催しのご案内", "春の催しのご案内", greeting, topic)
    Campaign.objects.filter(pk=coming.pk).update(
        state=State.SCHEDULED, send_at=clock.now() + timedelta(days=7)
    )
    _notices(dice)
    return ""


def _notices(dice: random.Random) -> None:
    """One that all must read, one to come, one that is over; about two in five have read it."""
    now = clock.now()
    for title, body, must_read, begins, ends, share in NOTICES:
        until = now + timedelta(days=ends) if ends is not None else None
        values = {"title": title, "body": body, "must_read": must_read, "to_at": until}
        begin = now + timedelta(days=begins)
        notice = actions.publish_notice({**values, "from_at": begin}, by=None)
        readers = notice.readers().order_by("pk").values_list("pk", flat=True)
        if not share:
            continue
        Reading.objects.bulk_create(
            Reading(
                notice=notice,
                member_id=pk,
                edition=1,
                at=begin + timedelta(minutes=dice.randint(10, 2000)),
            )
            for pk in readers
            if dice.random() < share
        )


def _written(
    name: str, subject: str, body: dict[str, Any], topic: Topic, kind: str = "advertising"
) -> Campaign:
    return actions.create(
        {
            "name": name,
            "subject": subject,
            "preheader": "{{ member.name|honorific }}へのお知らせです",
            "message_class": kind,
            "topic": topic,
            "body": body,
            "audience": EVERYBODY,
        },
        by=None,
    )


def _send(
    campaign: Campaign, at: datetime, dice: random.Random, opens: float, clicks: float
) -> None:
    """As if it had been sent at ``at``: most arrived, some were opened, a few bounced."""
    Campaign.objects.filter(pk=campaign.pk).update(state=State.FREEZING, send_at=at)
    with clock.at(at):
        freezing.freeze(campaign.pk)
    rows = list(Recipient.objects.filter(campaign=campaign, state="pending"))
    links = [
        n for n in Link.objects.filter(campaign=campaign).values_list("number", flat=True) if n
    ]
    hits: list[Hit] = []
    for row in rows:
        row.state, row.sent_at, row.attempts = "accepted", at + timedelta(seconds=row.pk % 60), 1
        if dice.random() < 0.02:
            row.state, row.reason, row.sent_at = "failed", "550 5.1.1 User unknown", None
            row.bounced_at = at + timedelta(minutes=1)
            continue
        if dice.random() < opens:
            row.opened_at = row.sent_at + timedelta(minutes=dice.expovariate(1 / 300))
            hits.append(_hit(row, Hit.Kind.OPEN, 0, row.opened_at, dice))
            if links and dice.random() < clicks / opens:
                row.clicked_at = row.opened_at + timedelta(minutes=1)
                hits.append(_hit(row, Hit.Kind.CLICK, dice.choice(links), row.clicked_at, dice))
        elif dice.random() < 0.05:
            fast = row.sent_at + timedelta(seconds=1)
            hits.append(_hit(row, Hit.Kind.OPEN, 0, fast, dice, machine=Hit.Machine.FAST))
    fields = ["state", "reason", "sent_at", "attempts", "opened_at", "clicked_at", "bounced_at"]
    Recipient.objects.bulk_update(rows, fields, batch_size=500)
    Hit.objects.bulk_create(hits, batch_size=1000)
    Campaign.objects.filter(pk=campaign.pk).update(
        state=State.DONE, ended_at=at + timedelta(minutes=2)
    )


def _hit(
    row: Recipient,
    kind: str,
    link: int,
    at: datetime,
    dice: random.Random,
    *,
    machine: str = "",
) -> Hit:
    return Hit(
        id=UUID(int=dice.getrandbits(128), version=4),
        campaign_id=row.campaign_id,
        recipient_id=row.pk,
        kind=kind,
        link=link,
        at=at,
        machine=machine,
        settled=True,
    )
