"""Two tabs edit one draft, or one notice; somebody clicks twice, goes back, or types nonsense."""

import json
import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from enishi.accounts.models import Role, User
from enishi.campaigns import actions
from enishi.campaigns.checklist import checklist
from enishi.campaigns.models import Campaign, Notice
from enishi.core import clock
from enishi.members.models import Member, Topic
from enishi.segments import actions as segments

from .conftest import begin, write
from .test_office import form

pytestmark = pytest.mark.django_db
Make = Callable[..., list[Member]]


def read_of(page: str) -> str:
    found = re.search(r'name="read" value="([^"]+)"', page)
    assert found, "the page does not carry what it was filled with"
    return unescape(found[1])


def blocks(*texts: str) -> str:
    return json.dumps([{"type": "text", "text": text} for text in texts])


def test_what_only_the_other_changed_stays_and_what_both_changed_is_asked(
    office: Client, members: Make, topic: Topic, sato: User
) -> None:
    members(1)
    office.post(reverse("campaigns:new"), form(topic, subject="はじめ", blocks=blocks("一", "二")))
    campaign = Campaign.objects.get()
    edit = reverse("campaigns:edit", args=[campaign.pk])
    mine = read_of(office.get(edit).content.decode())
    # Somebody else, in the meantime: another name, another subject, another text.
    theirs = form(topic, name="冬", subject="かれら", blocks=blocks("二", "一"))
    assert office.post(edit, {**theirs, "read": mine}).status_code == 302
    same = {"read": mine, "subject": "はじめ", "blocks": blocks("一", "二")}
    answer = office.post(edit, {**form(topic, preheader="前書き"), **same})
    assert answer.status_code == 302, answer.content.decode()
    campaign.refresh_from_db()
    assert (campaign.name, campaign.subject) == ("冬", "かれら")
    assert campaign.preheader == "前書き"
    assert [one["text"] for one in campaign.body["blocks"]] == ["二", "一"]
    # Now both write another subject and move blocks about.
    wanted = {**same, "subject": "わたし", "blocks": blocks("一", "二", "三")}
    answer = office.post(edit, {**form(topic), **wanted})
    page = answer.content.decode()
    assert answer.status_code == 409
    for said in ("わたし", "かれら", sato.name, "一<br>二<br>三", "二<br>一"):
        assert said in page, said
    assert "{&quot;type" not in page.split("<table")[1]  # people compare words, not JSON
    campaign.refresh_from_db()
    assert campaign.subject == "かれら"
    chosen = {"keep:subject": "mine", "keep:blocks": "theirs", "read": read_of(page)}
    assert office.post(edit, {**form(topic), **wanted, **chosen}).status_code == 302
    campaign.refresh_from_db()
    assert campaign.subject == "わたし"
    assert [one["text"] for one in campaign.body["blocks"]] == ["二", "一"]


def test_a_page_from_before_a_sending_saves_nothing(
    office: Client, members: Make, topic: Topic
) -> None:
    members(1)
    campaign = write(topic=topic)
    edit = reverse("campaigns:edit", args=[campaign.pk])
    read = read_of(office.get(edit).content.decode())
    actions.start(campaign, by=None)
    answer = office.post(edit, {**form(topic, subject="zu spät"), "read": read}, follow=True)
    assert answer.redirect_chain  # back to the campaign, which says what is
    campaign.refresh_from_db()
    assert campaign.subject != "zu spät"
    again = reverse("campaigns:sending", args=[campaign.pk])
    assert office.post(again, {"when": "now", "key": "2"}).status_code == 302
    assert campaign.starts.count() == 1


def test_two_people_write_one_notice(office: Client, members: Make) -> None:
    members(1)
    given = {"title": "休業", "body": "休みます。", "from_at": "2026-12-01T09:00", "to_at": ""}
    office.post(reverse("campaigns:new_notice"), given)
    notice = Notice.objects.get()
    edit = reverse("campaigns:edit_notice", args=[notice.pk])
    read = read_of(office.get(edit).content.decode())
    assert office.post(edit, {**given, "body": "年末", "read": read}).status_code == 302
    answer = office.post(edit, {**given, "title": "年末の休業", "read": read})
    assert answer.status_code == 302, answer.content.decode()
    notice.refresh_from_db()
    assert (notice.title, notice.body) == ("年末の休業", "年末")
    assert office.post(edit, {**given, "body": "年始", "read": read}).status_code == 409
    notice.refresh_from_db()
    assert notice.body == "年末"


def test_a_yes_that_is_clicked_twice_is_one(
    office: Client, members: Make, topic: Topic, sato: User
) -> None:
    members(1)
    writer = User.objects.create_user("w@example.jp", "a long password", is_staff=True)
    campaign = write(topic=topic)
    actions.ask_approval(campaign, by=writer)
    first = actions.decide(campaign, approved=True, by=sato)
    assert actions.decide(campaign, approved=True, by=sato) == first
    with pytest.raises(actions.NothingAsked):
        actions.decide(campaign, approved=False, by=sato)


@pytest.mark.parametrize("odd", ["²", "٣", "9" * 40, "-1", "", "x"])
def test_odd_numbers_break_no_page(office: Client, members: Make, topic: Topic, odd: str) -> None:
    members(1)
    campaign = write(topic=topic)
    shown = reverse("campaigns:shown", args=[campaign.pk])
    edit = reverse("campaigns:edit", args=[campaign.pk])
    assert office.get(shown, {"variant": odd}).status_code == 200
    assert office.get(reverse("campaigns:new"), {"segment": odd}).status_code == 200
    assert office.post(edit, {**form(topic), "version": odd}).status_code == 302
    winner = reverse("campaigns:winner", args=[campaign.pk])
    assert office.post(winner, {"variant": odd}).status_code == 302


def test_names_of_hidden_segments_are_not_offered(members: Make, topic: Topic) -> None:
    rule = {"did": "site.signed_in", "times": {"op": "eq", "value": 0}}
    hidden = segments.create(name="来ない人", rule=rule, by=None)
    role = Role.objects.create(
        key="writers", name="配信", rights=["office.view", "campaigns.view", "campaigns.edit"]
    )
    writer = User.objects.create_user("w@example.jp", "a long password", is_staff=True)
    writer.roles.set([role])
    office = Client()
    office.force_login(writer)
    new = reverse("campaigns:new")
    for query in ({}, {"segment": hidden.pk}):
        assert "来ない人" not in office.get(new, query).content.decode()
    # What somebody else chose for a draft stays readable there: it would be lost on saving.
    chosen = write(topic=topic, audience={"include": [hidden.pk], "exclude": []})
    edit = office.get(reverse("campaigns:edit", args=[chosen.pk])).content.decode()
    assert "来ない人" in edit


def test_emoji_and_half_width_kana_are_kept(office: Client, members: Make, topic: Topic) -> None:
    (hanako,) = members(1)
    subject, text = "🎉ﾊﾟｰﾃｨｰのご案内👨‍👩‍👧", "ｶﾅと𠮷野家と🇯🇵"
    answer = office.post(
        reverse("campaigns:new"), form(topic, subject=subject, blocks=blocks(text))
    )
    assert answer.status_code == 302, answer.content.decode()
    shown = actions.preview(Campaign.objects.get(), hanako, by=None)
    assert shown.subject == subject
    assert text in shown.html
    assert text in shown.text


@pytest.mark.parametrize("field", ["blocks", "html", "text", "text_part", "subject", "name"])
def test_ten_megabytes_are_refused_beside_the_field(
    office: Client, members: Make, topic: Topic, field: str
) -> None:
    members(1)
    huge = "あ" * 3_400_000  # ten megabytes
    mode = field if field in ("html", "text") else "blocks"
    value = blocks(huge) if field == "blocks" else huge
    answer = office.post(reverse("campaigns:new"), {**form(topic, mode=mode), field: value})
    assert answer.status_code == 422
    assert not Campaign.objects.exists()
    assert "form-error" in answer.content.decode()
    shown = office.post(reverse("campaigns:preview"), {**form(topic, mode=mode), field: value})
    assert shown.status_code == 200  # the frame says what is wrong


def test_a_time_that_is_over_sends_nothing(office: Client, members: Make, topic: Topic) -> None:
    members(1)
    campaign = write(topic=topic)
    past = {"when": "later", "at": "2020-01-01T09:00", "key": "1"}
    sending = reverse("campaigns:sending", args=[campaign.pk])
    page = office.post(sending, past, follow=True).content.decode()
    assert "この日時は過ぎています" in page
    campaign.refresh_from_db()
    assert (campaign.state, campaign.starts.count()) == ("draft", 0)
    just_now = clock.now() - timedelta(minutes=2)
    assert actions.start(campaign, by=None, at=just_now)[0].state == "freezing"


@pytest.mark.parametrize(
    ("href", "good"),
    [
        ("https://", False),
        ("https:///a", False),
        ("www.example.jp", False),
        ("https://example.jp", True),
        ("https://{{ member.number }}.example.jp", True),
        ("mailto:a@example.jp", True),
    ],
)
def test_a_button_that_leads_nowhere_is_told(
    members: Make, topic: Topic, href: str, good: bool
) -> None:
    members(1)
    body = {"blocks": [{"type": "button", "text": "申し込む", "href": href}]}
    found = {one.key for one in checklist(write(topic=topic, body=body), by=None)}
    assert ("links" not in found) == good


def test_the_preview_of_a_draft_has_the_reader_s_subject(
    office: Client, members: Make, topic: Topic
) -> None:
    made = members(2)
    campaign = write(topic=topic, variants=[{}, {"subject": "案B {{ member.number }}"}])
    page = office.get(campaign.get_absolute_url(), {"reader": made[1].number}).content.decode()
    assert 'id="t-see">山田様へのお知らせ' in page
    page = office.get(campaign.get_absolute_url(), {"variant": "1"}).content.decode()
    assert f'id="t-see">案B {made[0].number}' in page


def test_a_schedule_that_was_taken_back_can_be_given_anew(
    office: Client, members: Make, topic: Topic
) -> None:
    members(1)
    campaign = write(topic=topic)
    sending = reverse("campaigns:sending", args=[campaign.pk])

    def order(at: str) -> str:
        page = office.get(campaign.get_absolute_url()).content.decode()
        key = re.search(r'name="key" value="([^"]+)"', page)
        assert key
        given = {"when": "later" if at else "now", "at": at, "key": key[1]}
        for _click in range(2):  # a double click is one order
            office.post(sending, given)
        campaign.refresh_from_db()
        return campaign.state

    assert order("2099-01-01T09:00") == "scheduled"
    office.post(reverse("campaigns:cancelling", args=[campaign.pk]))
    assert order("2099-02-01T09:00") == "scheduled"
    office.post(reverse("campaigns:cancelling", args=[campaign.pk]))
    assert order("") == "freezing"
    assert campaign.starts.count() == 3


def test_what_we_write_below_a_mail_follows_nobody_s_screen(
    office: Client, members: Make, topic: Topic
) -> None:
    (hanako,) = members(1)
    for body in ({"blocks": [{"type": "text", "text": "案内"}]}, {"text": "案内"}):
        with translation.override("en"):
            shown = actions.preview(write(topic=topic, body=body), hanako, by=None)
        assert "配信停止" in shown.text
        assert "Unsubscribe" not in shown.html + shown.text


@pytest.mark.parametrize(("language", "said"), [("ja", "使えません"), ("en", "does not work")])
def test_a_link_that_was_cut_off_says_what_to_do(db: None, language: str, said: str) -> None:
    answer = Client().get("/c/cut-off", headers={"Accept-Language": language})
    assert answer.status_code == 404
    assert said in answer.content.decode()
    assert "/office/" not in answer.content.decode()


def test_who_may_only_look_sees_no_button_that_would_refuse(
    members: Make, topic: Topic, sato: User
) -> None:
    members(2)
    role = Role.objects.create(
        key="lookers", name="閲覧", rights=["office.view", "campaigns.view", "notices.view"]
    )
    looker = User.objects.create_user("l@example.jp", "a long password", is_staff=True)
    looker.roles.set([role])
    draft = write(topic=topic)
    scheduled = write(topic=topic)
    actions.start(scheduled, by=None, at=clock.now() + timedelta(days=1))
    under_way = begin(write(topic=topic, variants=[{}, {"subject": "B"}], test_share=50))
    notice = actions.publish_notice({"title": "休業", "body": "休みます。"}, by=None)
    pages = [one.get_absolute_url() for one in (draft, scheduled, under_way, notice)]

    def posts(user: User, address: str) -> list[str]:
        office = Client()
        office.force_login(user)
        page = office.get(address).content.decode().partition("<main")[2]
        return re.findall(r'<form[^>]*method="post"[^>]*action="([^"]+)"', page) + re.findall(
            r'href="([^"]+(?:/edit/|\.csv))"', page
        )

    for address in pages:
        assert posts(looker, address) == [], address
        assert posts(sato, address), address
    # Who may approve, and nothing else, can say yes or no.
    actions.ask_approval(draft, by=sato)
    role.rights = [*role.rights, "campaigns.approve"]
    role.save()
    decision = reverse("campaigns:decision", args=[draft.pk])
    assert posts(User.objects.get(pk=looker.pk), pages[0]) == [decision]
