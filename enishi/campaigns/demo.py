"""Campaigns of the demo organisation: three that were sent (one tried out two
subjects), a draft, and one for next week."""

import random
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from enishi.activity.actions import Happened, record_many
from enishi.core import clock
from enishi.core.models import Organisation
from enishi.members.actions import record_consents
from enishi.members.models import ConsentState, Member, Topic
from enishi.messaging.actions import change_mail_settings
from enishi.messaging.models import MailSettings

from . import actions
from .models import Campaign, Hit, Link, Reading, Recipient, State
from .sending import freezing
from .sending.telling import tell
from .tracking.storing import settle

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
        "秋の会報",
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


TESTED = (
    "冬の講座のご案内（件名を比べる）",
    ("冬の講座のご案内", "{{ member.family_name }}様へ：冬の講座、受付中です"),
    _letter(
        "冬の講座のご案内",
        "1月から始まる講座の受付を始めました。会員の皆さまは受講料が1割引です。",
        "講座を選ぶ",
        "https://www.example.jp/courses/winter",
    ),
    11,
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
    office = Organisation.current().email
    if office and not MailSettings.current().sender:
        back = f"bounce@{office.partition('@')[2]}"
        change_mail_settings(sender=office, reply_to=office, bounce_address=back, by=None)
    dice = random.Random("便り")  # noqa: S311
    for name, subject, body, days, opens, clicks in SENT:
        at = _at_ten() - timedelta(days=days)
        campaign = _written(name, subject, body, topic)
        success = {"conversions": ["site.signed_in"], "archived": True}
        campaign = actions.change(campaign, success, by=None)
        _send(campaign, at, dice, {0: (opens, clicks)})
    _tested(topic, dice)
    tell()
    draft = _letter(
        "総会のお知らせ",
        "通常総会の日程が決まりました。",
        "出欠を回答する",
        "https://www.example.jp/meeting",
    )
    _written("総会のお知らせ（案）", "通常総会のお知らせ", draft, topic, "transactional")
    greeting = _letter(
        "新しい催し",
        "これからの催しの一覧をお届けします。",
        "一覧を見る",
        "https://www.example.jp/events",
    )
    coming = _written("これからの催しのご案内", "これからの催しのご案内", greeting, topic)
    Campaign.objects.filter(pk=coming.pk).update(
        state=State.SCHEDULED, send_at=_at_ten() + timedelta(days=7)
    )
    _notices(dice)
    return ""


def _tested(topic: Topic, dice: random.Random) -> None:
    """Two subjects were tried on four in ten; the one with the name was clicked more often."""
    name, subjects, body, days = TESTED
    campaign = _written(name, subjects[0], body, topic)
    values = {
        "variants": [{"subject": one} for one in subjects],
        "test_share": 40,
        "winner_by": "clicks",
        "winner_hours": 4,
    }
    campaign = actions.change(campaign, values, by=None)
    at = _at_ten() - timedelta(days=days)
    _send(campaign, at, dice, {0: (0.36, 0.08), 1: (0.47, 0.18)})


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


def _at_ten() -> datetime:
    """Today at ten in the organisation's zone."""
    zone = ZoneInfo(Organisation.current().zone)
    return clock.now().astimezone(zone).replace(hour=10, minute=0, second=0, microsecond=0)


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
    campaign: Campaign, at: datetime, dice: random.Random, does: dict[int, tuple[float, float]]
) -> None:
    """As if it had been sent at ``at``: most arrived, some were opened, a few bounced.

    ``does``: variant → the shares of its readers who open and who click.
    """
    Campaign.objects.filter(pk=campaign.pk).update(state=State.FREEZING, send_at=at)
    with clock.at(at):
        freezing.freeze(campaign.pk)
    _arrive(campaign, at, dice, does)
    ended = at
    if Recipient.objects.filter(campaign=campaign, state="held").exists():
        ended = at + timedelta(hours=campaign.winner_hours)
        winner = max(does, key=lambda number: does[number][1])
        with clock.at(ended):
            actions.choose_winner(campaign, winner, by=None)
        _arrive(campaign, ended, dice, does)
    Campaign.objects.filter(pk=campaign.pk).update(
        state=State.DONE, ended_at=ended + timedelta(minutes=2)
    )


def _arrive(
    campaign: Campaign, at: datetime, dice: random.Random, does: dict[int, tuple[float, float]]
) -> None:
    """What became of the mails that wait."""
    rows = list(Recipient.objects.filter(campaign=campaign, state="pending").order_by("pk"))
    links: dict[int, list[int]] = {}
    for variant, number in Link.objects.filter(campaign=campaign).values_list("variant", "number"):
        links.setdefault(variant, []).extend([number] if number else [])
    hits: list[Hit] = []
    back: list[Happened] = []
    about = {"campaign": campaign.pk, "subject": campaign.subject}
    for row in rows:
        opens, clicks = does[row.variant]
        row.state, row.sent_at, row.attempts = "accepted", at + timedelta(seconds=row.pk % 60), 1
        if dice.random() < 0.02:
            row.state, row.reason, row.sent_at = "failed", "550 5.1.1 User unknown", None
            row.bounced_at = at + timedelta(minutes=1)
            why = {**about, "hard": True, "reason": row.reason}
            back.append(
                Happened(row.member_id, "mail.bounced", row.bounced_at, str(campaign.pk), why)
            )
            continue
        if dice.random() < opens:
            opened = row.sent_at + timedelta(minutes=dice.expovariate(1 / 300))
            hits.append(_hit(row, Hit.Kind.OPEN, 0, opened, dice))
            if links.get(row.variant) and dice.random() < clicks / opens:
                link = dice.choice(links[row.variant])
                hits.append(_hit(row, Hit.Kind.CLICK, link, opened + timedelta(minutes=1), dice))
        elif dice.random() < 0.05:
            hits.append(_hit(row, Hit.Kind.OPEN, 0, row.sent_at + timedelta(seconds=1), dice))
    fields = ["state", "reason", "sent_at", "attempts", "bounced_at"]
    Recipient.objects.bulk_update(rows, fields, batch_size=500)
    Hit.objects.bulk_create([one for one in hits if one.at < clock.now()], batch_size=1000)
    record_many(back)
    settle()  # judged and told to the stream as all others are


def _hit(row: Recipient, kind: str, link: int, at: datetime, dice: random.Random) -> Hit:
    return Hit(
        id=UUID(int=dice.getrandbits(128), version=4),
        campaign_id=row.campaign_id,
        recipient_id=row.pk,
        kind=kind,
        link=link,
        at=at,
    )
