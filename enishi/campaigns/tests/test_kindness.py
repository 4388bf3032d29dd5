"""What a first-time office worker, or a member, would otherwise stumble over."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from enishi.accounts.models import Role, User
from enishi.campaigns import actions
from enishi.campaigns.checklist import checklist
from enishi.campaigns.models import Campaign, Recipient
from enishi.campaigns.starters import STARTERS, begun_with
from enishi.campaigns.tracking import tokens
from enishi.members.actions import consent_word, preferences_link, unsubscribe_link
from enishi.members.models import Member, Topic
from enishi.messaging.models import Message

from .conftest import begin, write

pytestmark = pytest.mark.django_db
Make = Callable[..., list[Member]]


def test_a_deleted_draft_can_be_taken_back(office: Client, members: Make, topic: Topic) -> None:
    members(2)
    given = {"quiet_from": "21:00", "quiet_to": "08:00", "spread_minutes": 30, "utm": "autumn"}
    variants = [{}, {"subject": "B", "body": {"text": "別の本文"}}]
    campaign = write(topic=topic, variants=variants, **given)
    before = actions.as_values(campaign)
    office.post(reverse("campaigns:deletion", args=[campaign.pk]))
    assert not Campaign.objects.exists()
    page = office.get(reverse("campaigns:list")).content.decode()
    assert reverse("campaigns:restoration") in page
    assert office.post(reverse("campaigns:restoration")).status_code == 302
    assert actions.as_values(Campaign.objects.get()) == before
    office.post(reverse("campaigns:restoration"))  # once is enough
    assert Campaign.objects.count() == 1


def test_who_asks_for_approval_sees_who_can_give_it(
    members: Make, topic: Topic, sato: User
) -> None:
    members(1)
    rights = ["office.view", "campaigns.view", "campaigns.edit", "campaigns.send"]
    writer = User.objects.create_user("w@example.jp", name="中野 はな", is_staff=True)
    writer.roles.add(Role.objects.create(key="writers", name="配信担当", rights=rights))
    campaign = write(topic=topic)
    actions.ask_approval(campaign, by=writer)
    client = Client()
    client.force_login(writer)
    page = client.get(campaign.get_absolute_url()).content.decode()
    assert f"承認を待っています：{sato}" in page
    sato.is_active = False
    sato.save()
    assert "承認できる人がいません" in client.get(campaign.get_absolute_url()).content.decode()


def test_numbers_and_countries_read_as_people_write_them(members: Make, topic: Topic) -> None:
    [one] = members(1)
    one.phone, one.mobile, one.postal_code = "0467221234", "09012345678", "9800811"
    one.country = "JP"
    one.save()
    text = "{{ member.phone }} {{ member.mobile }} 〒{{ member.postal_code }} {{ member.country }}"
    shown = actions.preview(write(topic=topic, body={"text": text}), one, by=None)
    assert "0467-22-1234 090-1234-5678 〒980-0811 日本" in shown.text
    one.phone = one.mobile = one.postal_code = ""
    one.save()
    shown = actions.preview(write(topic=topic, body={"text": text}), one, by=None)
    assert shown.text.startswith("  〒 日本")


def test_pages_of_mails_have_titles_and_personal_ones_stay_private(
    members: Make, topic: Topic
) -> None:
    [one] = members(1)
    html = "<!doctype html><html><head><meta charset=utf-8></head><body>本文</body></html>"
    bodies: list[dict[str, Any]] = [
        {"html": html},
        {"blocks": [{"type": "text", "text": "本文"}]},
        {"text": "本文"},
    ]
    for body in bodies:
        campaign = begin(write(topic=topic, subject="{{ member.family_name }}様へ", body=body))
        row = Recipient.objects.get(campaign=campaign)
        word = tokens.word(row.pk, campaign.pk)
        page = Client().get(reverse("campaigns:mail", args=[word])).content.decode()
        assert re.findall(r"<title>(.*?)</title>", page) == ["山田様へ"]
        if "html" in body:
            assert page.lower().startswith("<!doctype html>")
        actions.set_archived(campaign, archived=True, by=None)
        url = reverse("campaigns:archived_mail", args=[campaign.pk])
        assert "<title>様へ</title>" in Client().get(url).content.decode()
    assert Client().get(reverse("campaigns:archive")).content.decode().count("様へ") == 3
    for link in (preferences_link, unsubscribe_link):
        path = link(consent_word(one.pk, topic.pk)).partition("//")[2].partition("/")[2]
        answer = Client().get(f"/{path}")
        # "no-referrer" would take the origin from their forms, and they would be refused.
        assert (answer["X-Robots-Tag"], answer["Referrer-Policy"]) == ("noindex", "same-origin")


def test_without_a_sender_nothing_is_sent_into_the_void(
    members: Make, topic: Topic, settings: Any, sato: User
) -> None:
    members(1)
    settings.DEFAULT_FROM_ADDRESS = "no-reply@enishi.invalid"
    campaign = write(topic=topic)
    assert "no_sender" not in {one.key for one in checklist(campaign, by=sato)}
    settings.MAIL_TRANSPORT = "smtp"
    assert "no_sender" in {one.key for one in checklist(campaign, by=sato)}
    own = write(topic=topic, sender="office@example.jp")
    assert "no_sender" not in {one.key for one in checklist(own, by=sato)}


@pytest.mark.parametrize(
    ("pasted", "read"),
    [
        ("<p class=MsoNormal><o:p>&nbsp;</o:p>Wordから<br>貼る", "Wordから\n貼る"),
        ("<table><tr><td>1<td>2</table>", "1 2"),
        ("<ul><li>甲<li>乙</ul>", "- 甲\n- 乙"),
        ("<p>1 < 2 & 3</p></div></td>", "1 < 2 & 3"),
        ("<p>{{ member.name }}<b>様", "山田 花子0様"),
        ("{% if member.email %}<p>あり{% endif %}", "あり"),
    ],
)
def test_html_is_taken_as_people_paste_it(
    members: Make, topic: Topic, pasted: str, read: str
) -> None:
    [one] = members(1)
    body = {"blocks": [{"type": "html", "html": pasted}, {"type": "text", "text": "おわり"}]}
    shown = actions.preview(write(topic=topic, body=body), one, by=None)
    assert read in shown.text
    assert "おわり" in shown.text
    assert shown.html.count("<body") == shown.html.count("</body>") == 1
    assert "enishiraw" not in shown.html


def test_what_nobody_sees_in_a_pasted_text_is_left_out(topic: Topic) -> None:
    body = {"blocks": [{"type": "text", "text": "一行目\x0b二行目\x02\x1f"}]}
    assert write(topic=topic, body=body).body["blocks"][0]["text"] == "一行目二行目"


def test_words_of_a_sample_are_not_sent_to_everybody(
    office: Client, members: Make, topic: Topic, sato: User
) -> None:
    members(1)
    for key in STARTERS:
        begun = begun_with(Campaign(), key)
        campaign = write(topic=topic, body=begun.body, subject=begun.subject)
        assert "sample" in {one.key for one in checklist(campaign, by=sato)}, key
    text = "お待たせしました…\n続きは…こちら"
    own = write(topic=topic, body={"blocks": [{"type": "text", "text": text}]})
    assert "sample" not in {one.key for one in checklist(own, by=sato)}


def test_a_test_mail_looks_like_the_real_one_and_goes_to_colleagues(
    office: Client, members: Make, topic: Topic, sato: User
) -> None:
    [one] = members(1)
    staff = User.objects.create_user("suzuki@example.jp", name="鈴木 一郎", is_staff=True)
    gone = User.objects.create_user("old@example.jp", name="元職員", is_staff=True, is_active=False)
    one.owner = staff
    one.save()
    campaign = write(
        topic=topic, sender="kaiho@example.jp", sender_name="会報係", reply_to="re@example.jp"
    )
    assert "ほかの職員にも送る" in office.get(campaign.get_absolute_url()).content.decode()
    trial = reverse("campaigns:trial", args=[campaign.pk])
    office.post(trial, {"reader": one.number, "to": [staff.pk, gone.pk, 2**40, "x"]})
    sent = Message.objects.order_by("pk")
    assert [mail.to for mail in sent] == [sato.email, staff.email]
    told = {(mail.sender, mail.sender_name, mail.reply_to) for mail in sent}
    assert told == {("kaiho@example.jp", "会報係", "re@example.jp")}


def test_a_preview_says_in_whose_name_the_member_gets_it(members: Make, topic: Topic) -> None:
    with_owner, without = members(2)
    staff = User.objects.create_user("suzuki@elsewhere.jp", name="鈴木 一郎", is_staff=True)
    with_owner.owner = staff
    with_owner.save()
    campaign = write(topic=topic, sender_kind="owner", sender_name="事務局")
    mine = actions.preview(campaign, with_owner, by=None)
    assert (mine.sender_name, mine.reply_to) == ("鈴木 一郎", "suzuki@elsewhere.jp")
    assert mine.sender != staff.email  # not ours to send from
    assert actions.preview(campaign, without, by=None).sender_name == "事務局"
