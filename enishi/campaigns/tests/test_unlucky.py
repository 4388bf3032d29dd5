"""What can go wrong between the schedule and the last mail, and audiences that are very small."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from enishi.accounts.models import User
from enishi.activity.models import Activity
from enishi.audit.models import HistoryEntry
from enishi.campaigns import actions
from enishi.campaigns.body.fields import readable
from enishi.campaigns.checklist import checklist
from enishi.campaigns.models import Campaign, Recipient, State
from enishi.campaigns.plugs import to_look_at
from enishi.campaigns.sending import freezing, telling, winning
from enishi.campaigns.sending.freezing import counts
from enishi.campaigns.tracking import tokens
from enishi.core import clock
from enishi.core.bulk import run
from enishi.members import actions as roll
from enishi.members.models import Field, Member, Topic
from enishi.messaging.models import Message
from enishi.messaging.tests.sink import Sink

from .conftest import begin, deliver, write

pytestmark = pytest.mark.django_db(transaction=True)
Make = Callable[..., list[Member]]


@pytest.fixture
def shirt(db: None) -> Field:
    return roll.add_field(label_ja="シャツ", type="text", key="shirt", by=None)


def test_a_campaign_whose_field_is_gone_stops_alone(
    sink: Sink, members: Make, topic: Topic, shirt: Field
) -> None:
    made = members(3)
    broken = begin(write(topic=topic, body={"text": "{{ member.shirt }}です"}))
    good = begin(write(topic=topic))
    roll.delete_field(shirt, by=None)
    deliver()
    assert counts(good)["accepted"] == 3
    broken.refresh_from_db()
    assert (broken.state, broken.why_paused) == (State.PAUSED, "broken")
    assert counts(broken)["pending"] == 3
    one = Recipient.objects.get(campaign=broken, member=made[0])
    word = tokens.word(one.pk, broken.pk)
    assert Client().get(reverse("campaigns:mail", args=[word])).status_code == 404
    roll.restore_field(shirt, by=None)
    actions.resume(broken, by=None)
    deliver()
    assert counts(broken)["accepted"] == 3


@pytest.mark.parametrize("where", ["body", "audience"])
def test_what_is_gone_when_the_time_comes_makes_it_a_draft_that_says_so(
    sink: Sink, members: Make, topic: Topic, shirt: Field, sato: User, where: str
) -> None:
    members(3)
    values: dict[str, Any] = {"body": {"text": "{{ member.shirt }}です"}}
    if where == "audience":
        rule = {"field": "data.shirt", "op": "empty"}
        values = {"audience": {"include": [rule], "exclude": []}}
    campaign = write(topic=topic, **values)
    actions.start(campaign, by=None, at=clock.now() + timedelta(hours=1))
    roll.delete_field(shirt, by=None)
    with clock.at(clock.now() + timedelta(hours=2)):
        assert actions.begin_due() == 1
        assert freezing.freeze(campaign.pk) is None
    campaign.refresh_from_db()
    assert (campaign.state, campaign.send_at) == (State.DRAFT, None)
    assert not Recipient.objects.exists()
    client = Client()
    client.force_login(sato)
    page = client.get(campaign.get_absolute_url()).content.decode()
    assert "予定の時刻に送信できませんでした" in page
    assert 'class="check-error"' in page
    roll.restore_field(shirt, by=None)
    begin(campaign)
    assert deliver() == 3
    assert "予定の時刻に" not in client.get(campaign.get_absolute_url()).content.decode()


def test_a_test_among_few_has_a_mail_of_each_variant(
    sink: Sink, members: Make, topic: Topic
) -> None:
    members(3)
    variants = [{}, {"subject": "B"}]
    campaign = begin(write(topic=topic, variants=variants, test_share=20, winner_by="hand"))
    deliver()
    found = counts(campaign)
    assert (found["accepted"], found["held"]) == (2, 1)
    assert [one.mails for one in winning.scores(campaign)] == [1, 1]


def test_the_shares_of_a_test_are_exact(members: Make, topic: Topic) -> None:
    members(200)
    variants = [{}, {"subject": "B"}, {"subject": "C"}]
    campaign = begin(write(topic=topic, variants=variants, test_share=30))
    given = [row.filter(state="pending").count() for row in _by_variant(campaign, 3)]
    assert given == [20, 20, 20]
    assert counts(campaign)["held"] == 140


def _by_variant(campaign: Campaign, count: int) -> list[Any]:
    rows = Recipient.objects.filter(campaign=campaign)
    return [rows.filter(variant=number) for number in range(count)]


def test_variants_without_a_mail_can_still_be_chosen(members: Make, topic: Topic) -> None:
    members(1)
    variants = [{}, {"subject": "B"}]
    campaign = begin(write(topic=topic, variants=variants, winner_by="hand", test_share=50))
    assert [one.letter for one in winning.scores(campaign)] == ["A", "B"]


def test_the_rest_of_a_test_is_spread_too(members: Make, topic: Topic) -> None:
    members(100)
    variants = [{}, {"subject": "B"}]
    given = {"test_share": 20, "winner_by": "hand", "spread_minutes": 600}
    campaign = begin(write(topic=topic, variants=variants, **given))
    Recipient.objects.exclude(state="held").delete()
    actions.choose_winner(campaign, 0, by=None)
    soon = clock.now() + timedelta(minutes=30)
    at_once = Recipient.objects.filter(state="pending", next_try__lte=soon).count()
    assert Recipient.objects.filter(state="pending").count() == 80
    assert at_once < 30


def test_a_winner_waits_until_the_mails_of_the_test_have_left(members: Make, topic: Topic) -> None:
    members(40)
    variants = [{}, {"subject": "B"}]
    campaign = begin(write(topic=topic, variants=variants, test_share=50, winner_hours=2))
    assert campaign.started_at is not None
    later = campaign.started_at + timedelta(hours=9)  # the night was quiet
    with clock.at(later):
        assert winning.decided_at(campaign) is None
        assert winning.choose_due() == 0
        Recipient.objects.filter(state="pending").update(state="accepted", sent_at=later)
        assert winning.decided_at(campaign) == later + timedelta(hours=2)
        assert winning.choose_due() == 0
    with clock.at(later + timedelta(hours=2)):
        assert winning.choose_due() == 1


def test_subjects_are_shown_with_the_names_of_their_fields(
    sink: Sink, members: Make, topic: Topic, sato: User
) -> None:
    assert readable('{{ member.name|default:"会員" }}様{% if member.email %}！{% endif %}') == (
        "［氏名］様！"
    )
    assert readable("100% {お得}") == "100% {お得}"
    members(2)
    subject = "{{ member.family_name }}様へ"
    campaign = begin(write(topic=topic, variants=[{}, {"subject": subject}]))
    deliver()
    client = Client()
    client.force_login(sato)
    for page in (campaign.get_absolute_url(), reverse("campaigns:list")):
        told = client.get(page).content.decode()
        assert "［姓］様へ" in told
        assert "{{ member" not in told
    shown = client.get(reverse("campaigns:shown", args=[campaign.pk]), {"clicks": "1"})
    assert "［氏名］" in shown.content.decode()
    with clock.at(clock.now() + timedelta(minutes=5)):
        telling.tell()
    assert {one.props["subject"] for one in Activity.objects.all()} == {"［姓］様へのお知らせ"}


def test_the_page_says_why_nothing_leaves(members: Make, topic: Topic, sato: User) -> None:
    members(2)
    now = timezone.localtime(clock.now())
    quiet = {
        "quiet_from": f"{now - timedelta(hours=1):%H:%M}",
        "quiet_to": f"{now + timedelta(hours=2):%H:%M}",
    }
    client = Client()
    client.force_login(sato)
    draft = client.get(write(topic=topic, **quiet).get_absolute_url()).content.decode()
    assert f"{quiet['quiet_from']}〜{quiet['quiet_to']}は送信しません" in draft
    assert "会報" in draft

    def told(campaign: Campaign) -> str:
        page = reverse("campaigns:progress", args=[campaign.pk])
        return client.get(page).content.decode()

    said = told(begin(write(topic=topic, **quiet)))
    assert "送信しない時間帯です" in said
    assert f"{quiet['quiet_to']}から再開します" in said
    spread = begin(write(topic=topic))
    Recipient.objects.filter(campaign=spread).update(next_try=clock.now() + timedelta(hours=3))
    assert "次のメールは" in told(spread)
    still = begin(write(topic=topic))
    assert "バックグラウンドの処理が止まっている" in told(still)
    try:
        run("INSERT INTO procrastinate_workers DEFAULT VALUES")
        assert "止まっている" not in told(still)
        assert "notice" not in told(actions.pause(still, by=None))
    finally:  # no table of ours: it would live on in the next tests
        run("DELETE FROM procrastinate_workers")


def test_a_schedule_in_the_quiet_hours_says_when_mails_leave(
    members: Make, topic: Topic, sato: User
) -> None:
    members(1)
    campaign = write(topic=topic, quiet_from="21:00", quiet_to="08:00")
    night = timezone.make_aware(datetime(2027, 3, 31, 23, 30))  # noqa: DTZ001
    with clock.at(night - timedelta(hours=9)):
        actions.start(campaign, by=None, at=night)
        client = Client()
        client.force_login(sato)
        page = client.get(campaign.get_absolute_url()).content.decode()
    assert "メールは2027年4月1日(木) 08:00から出ます" in page


def test_the_checklist_looks_at_every_variant_and_at_the_sender(
    members: Make, topic: Topic, sato: User
) -> None:
    members(1)
    body = {"html": '<p><a href="https://">申込</a> <img src="https://e.jp/a.png"></p>'}
    variants = [{}, {"subject": "長い" * 40, "body": body}]
    campaign = write(topic=topic, variants=variants, sender="office@gmail.com")
    found = {one.key: one for one in checklist(campaign, by=sato)}
    assert found["subject"].details == ["長い" * 40]
    assert found["links"].level == "error"
    assert found["alt"].level == "warning"
    assert found["sender"].details == ["office@gmail.com"]
    client = Client()
    client.force_login(sato)
    page = client.get(campaign.get_absolute_url()).content.decode()
    assert f"{reverse('campaigns:edit', args=[campaign.pk])}#id_sender" in page
    fields = " ".join(["{{ member.family_name_kana }}"] * 2)
    short = write(topic=topic, subject=fields)
    assert {one.key: one for one in checklist(short, by=sato)}["subject"].level == "ok"


def test_a_test_mail_is_of_the_variant_that_is_shown(
    members: Make, topic: Topic, sato: User
) -> None:
    made = members(1)
    campaign = write(topic=topic, variants=[{}, {"subject": "Bの件名"}])
    client = Client()
    client.force_login(sato)
    given = {"reader": made[0].number, "variant": "1"}
    client.post(reverse("campaigns:trial", args=[campaign.pk]), given)
    assert Message.objects.get().subject == "【テスト】Bの件名"


def test_a_table_of_results_is_in_our_time_with_the_variant(
    sink: Sink, members: Make, topic: Topic, sato: User
) -> None:
    members(2)
    campaign = begin(write(topic=topic, variants=[{}, {"subject": "B"}]))
    deliver()
    client = Client()
    client.force_login(sato)
    answer = client.get(reverse("campaigns:export", args=[campaign.pk]))
    lines = b"".join(answer).decode("utf-8-sig").splitlines()  # type: ignore[arg-type]
    one = Recipient.objects.get(member__number="T000000")
    assert one.sent_at is not None
    assert f"{timezone.localtime(one.sent_at):%Y-%m-%d %H:%M:%S}" in lines[1]
    assert sorted(line.split(",")[5] for line in lines[1:]) == ["A", "B"]


def test_what_stopped_by_itself_is_counted_until_somebody_looks(
    members: Make, topic: Topic, sato: User
) -> None:
    members(1)
    client = Client()
    client.force_login(sato)

    def count() -> int:
        page = client.get(reverse("campaigns:list"))
        return to_look_at(page.wsgi_request)

    one = begin(write(topic=topic))
    actions.pause(one, by=sato)
    assert count() == 0  # whoever paused it knows
    Campaign.objects.filter(pk=one.pk).update(why_paused="bounces")
    draft = write(topic=topic)
    Campaign.objects.filter(pk=draft.pk).update(why_paused="broken")
    assert count() == 2
    assert "送信できませんでした" in client.get(reverse("campaigns:list")).content.decode()
    actions.change(draft, {"name": "直した"}, by=sato)
    actions.cancel(one, by=sato)
    assert count() == 0
    paused = HistoryEntry.objects.filter(fact__endswith="SendingPaused").first()
    assert paused is not None
    assert "手動" in paused.sentence
