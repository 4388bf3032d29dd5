"""The pages, as somebody in the office goes through them."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import caches
from django.test import Client
from django.urls import reverse

from enishi.accounts.models import Role, User
from enishi.campaigns import actions, reporting
from enishi.campaigns.models import Campaign, Recipient
from enishi.campaigns.sending import freezing
from enishi.core import clock
from enishi.members.models import Member, Topic
from enishi.messaging.models import Message
from enishi.segments.models import Segment

from .conftest import begin, write

pytestmark = pytest.mark.django_db
Make = Callable[..., list[Member]]


def form(topic: Topic, **more: Any) -> dict[str, Any]:
    return {
        "name": "秋のお知らせ",
        "message_class": "advertising",
        "topic": topic.pk,
        "subject": "{{ member.name|honorific }}",
        "sender_kind": "fixed",
        "mode": "blocks",
        "blocks": json.dumps([{"type": "text", "text": "{{ member.name }}様、こんにちは。"}]),
        "include": ["all"],
        "shared_address": "each",
        "late_hours": 6,
        "winner_by": "clicks",
        "tracked": "on",
        **more,
    }


def test_writing_previewing_testing_sending_and_reading(
    office: Client, members: Make, topic: Topic, sato: User
) -> None:
    made = members(3)
    assert office.get(reverse("campaigns:list")).status_code == 200
    assert office.get(reverse("campaigns:new")).status_code == 200
    given = form(topic)
    shown = office.post(reverse("campaigns:preview"), {**given, "member": made[1].number})
    assert "山田 花子1様、こんにちは。" in shown.content.decode()
    assert "sandbox" in shown["Content-Security-Policy"]
    told = office.post(reverse("campaigns:reach"), given).content.decode()
    assert "3人に届きます" in told
    answer = office.post(reverse("campaigns:new"), given)
    assert answer.status_code == 302, answer.content.decode()
    campaign = Campaign.objects.get()
    page = office.get(answer["Location"]).content.decode()
    assert "送信前の確認" in page
    assert (
        "山田 花子2"
        in office.get(
            reverse("campaigns:shown", args=[campaign.pk]), {"member": made[2].number}
        ).content.decode()
    )
    office.post(reverse("campaigns:trial", args=[campaign.pk]), {"member": made[0].number})
    assert Message.objects.get().to == sato.email
    send = {"when": "now", "key": "1"}
    office.post(reverse("campaigns:sending", args=[campaign.pk]), send)
    office.post(reverse("campaigns:sending", args=[campaign.pk]), send)
    freezing.freeze(campaign.pk)
    Recipient.objects.filter(member=made[0]).update(state="uncertain")
    for name in ("campaign", "progress", "recipients"):
        page = office.get(reverse(f"campaigns:{name}", args=[campaign.pk]))
        assert page.status_code == 200
        assert "不明" in page.content.decode()
    office.post(reverse("campaigns:uncertain", args=[campaign.pk]), {"decision": "leave"})
    assert Recipient.objects.get(member=made[0]).state == "failed"
    office.post(reverse("campaigns:pausing", args=[campaign.pk]))
    campaign.refresh_from_db()
    assert campaign.state == "paused"
    table = b"".join(office.get(reverse("campaigns:export", args=[campaign.pk])))  # type: ignore[arg-type]
    assert "T000001" in table.decode("utf-8-sig")
    office.post(reverse("campaigns:segment", args=[campaign.pk]), {"who": "clicked"})
    assert Segment.objects.get(name__startswith="クリックした人").rule["did"] == "mail.clicked"
    assert office.get(reverse("campaigns:list"), {"view": "calendar"}).status_code == 200


def test_who_may_not_approve_needs_a_second_person(
    members: Make, topic: Topic, sato: User, office: Client
) -> None:
    members(1)
    role = Role.objects.create(
        key="writers",
        name="配信担当",
        rights=["office.view", "campaigns.view", "campaigns.edit", "campaigns.send"],
    )
    writer = User.objects.create_user("w@example.jp", "a long password", is_staff=True)
    writer.roles.set([role])
    campaign = write(topic=topic)
    with pytest.raises(actions.NeedsApproval):
        actions.start(campaign, by=writer)
    client = Client()
    client.force_login(writer)
    assert "承認を依頼" in client.get(campaign.get_absolute_url()).content.decode()
    client.post(reverse("campaigns:approval", args=[campaign.pk]), {"note": "お願いします"})
    with pytest.raises(actions.NotYours):
        actions.decide(campaign, approved=True, by=writer)
    assert "お願いします" in office.get(campaign.get_absolute_url()).content.decode()
    office.post(reverse("campaigns:decision", args=[campaign.pk]), {"approved": "yes"})
    changed = actions.change(campaign, {"subject": "other"}, by=writer)
    with pytest.raises(actions.NeedsApproval):
        actions.start(changed, by=writer)
    actions.ask_approval(changed, by=writer)
    actions.decide(changed, approved=True, by=sato)
    assert actions.start(changed, by=writer)[0].state == "freezing"


def test_faults_stand_beside_their_fields(office: Client, topic: Topic) -> None:
    wrong = form(topic, reply_to="nobody", blocks="[{]")
    page = office.post(reverse("campaigns:new"), wrong)
    assert page.status_code == 422
    assert not Campaign.objects.exists()


def test_the_list_asks_few_questions(
    office: Client, topic: Topic, django_assert_max_num_queries: Any
) -> None:
    for number in range(20):
        write(topic=topic, name=f"{number}")
    with django_assert_max_num_queries(14):
        office.get(reverse("campaigns:list"))


def test_the_list_tells_how_each_did_the_latest_first(
    office: Client, members: Make, topic: Topic, monkeypatch: pytest.MonkeyPatch
) -> None:
    members(8)
    older, newer = begin(write(topic=topic, name="秋")), begin(write(topic=topic, name="冬"))
    for campaign, days in ((older, 1), (newer, 9)):  # made later, sent earlier
        at = clock.now() - timedelta(days=days)
        Campaign.objects.filter(pk=campaign.pk).update(send_at=at)
        Recipient.objects.filter(campaign=campaign).update(state="accepted", sent_at=at)
    ids = list(Recipient.objects.filter(campaign=older).values_list("pk", flat=True))
    Recipient.objects.filter(pk__in=ids[:3]).update(opened_at=clock.now())
    Recipient.objects.filter(pk__in=ids[:1]).update(clicked_at=clock.now())
    write(topic=topic, name="下書き")
    page = office.get(reverse("campaigns:list"))
    rows = [(str(one), opened, clicked) for one, *_, opened, clicked in page.context["rows"]]
    assert rows == [("下書き", "", ""), ("秋", "37.5%", "12.5%"), ("冬", "0.0%", "0.0%")]
    # Counted once a minute, and not all at once where they are very large.
    monkeypatch.setattr(reporting, "_RATES", "SELECT 1, 1, 1, 1 / 0")
    assert reporting.rates([older]) == {older.pk: (0.375, 0.125)}
    monkeypatch.undo()
    caches["local"].clear()
    monkeypatch.setattr(reporting, "RATES_AT_ONCE", 10)
    both = list(Campaign.objects.filter(pk__in=[older.pk, newer.pk]))
    assert set(reporting.rates(both)) == {newer.pk}
    assert set(reporting.rates(both)) == {newer.pk, older.pk}


def test_a_mail_as_a_page(members: Make, topic: Topic) -> None:
    from enishi.campaigns.tracking import tokens

    members(1)
    campaign = begin(write(topic=topic))
    row = Recipient.objects.get()
    word = tokens.word(row.pk, campaign.pk)
    page = Client().get(f"/m/{word}")
    assert "山田 花子0" in page.content.decode()
    forged = f"{word[:-1]}{'b' if word.endswith('a') else 'a'}"
    assert Client().get(f"/m/{forged}").status_code == 404


def test_the_winner_of_a_test_goes_to_the_rest(members: Make, topic: Topic, sato: User) -> None:
    from enishi.campaigns.sending import winning
    from enishi.members.models.consents import ConsentState

    made = members(200)
    campaign = begin(
        write(topic=topic, variants=[{}, {"subject": "件名B"}], test_share=50, winner_hours=0)
    )
    held = Recipient.objects.filter(state="held")
    assert 50 < held.count() < 150
    tested = list(Recipient.objects.filter(state="pending"))
    assert {one.variant for one in tested} == {0, 1}
    Recipient.objects.filter(state="pending").update(state="accepted", sent_at=campaign.frozen_at)
    Recipient.objects.filter(variant=1).update(clicked_at=campaign.frozen_at)
    ConsentState.objects.filter(member__in=made).update(state="withdrawn")
    assert winning.choose_due() == 1
    campaign.refresh_from_db()
    assert campaign.winner == 1
    from enishi.campaigns.sending import claiming

    assert claiming.claim(campaign, 5, 300) == []  # the rest has withdrawn meanwhile
    assert set(Recipient.objects.filter(state="skipped").values_list("reason", flat=True)) == {
        "no_consent"
    }
    assert winning.confidence(winning.Score(0, 1000, 100), winning.Score(1, 1000, 50)) > 0.99
    client = Client()
    client.force_login(sato)
    page = client.get(campaign.get_absolute_url()).content.decode()
    assert "99% 以上" in page, "never certain"
    assert page.count("件名B") == 1
    assert winning.confidence(winning.Score(0, 4, 3), winning.Score(1, 4, 1)) == 0.5


def test_who_may_not_see_members_reads_no_names_of_recipients(
    members: Make, campaign: Campaign, sato: User
) -> None:
    members(2)
    begin(campaign)
    rights = ["office.view", "campaigns.view", "campaigns.export"]
    role = Role.objects.create(key="figures", name="数字だけ", rights=rights)
    reader = User.objects.create_user("kobayashi@example.jp", name="小林", is_staff=True)
    for user, named in ((reader, False), (sato, True)):
        if user == reader:
            user.roles.add(role)
        client = Client()
        client.force_login(user)
        page = client.get(reverse("campaigns:recipients", args=[campaign.pk])).content.decode()
        answer = client.get(reverse("campaigns:export", args=[campaign.pk]))
        file = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
        for text in (page, file):
            assert "T000000" in text
            assert ("花子0" in text) is named
