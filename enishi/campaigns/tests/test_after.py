"""After the sending: what those who clicked went on to do, and the mail as anybody may read it."""

import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from enishi.accounts.models import Role, User
from enishi.activity.actions import Happened, record_many
from enishi.activity.kinds import put_registered
from enishi.activity.partitions import ahead
from enishi.campaigns import actions, reporting
from enishi.campaigns.checklist import checklist
from enishi.campaigns.models import Campaign, Hit, Recipient
from enishi.core import clock
from enishi.members.models import Member, Topic
from enishi.segments import actions as segments
from enishi.segments.catalogue import catalogue
from enishi.segments.models import Segment

from .conftest import begin, write
from .test_office import form

pytestmark = pytest.mark.django_db
Make = Callable[..., list[Member]]


@pytest.fixture(autouse=True)
def kinds(db: None) -> None:
    put_registered()
    ahead()


def test_success_is_what_clickers_did_in_the_days_after(members: Make, topic: Topic) -> None:
    hanako, taro, jiro, aoi = members(4)
    campaign = begin(
        write(topic=topic, conversions=["site.signed_in", "custom"], conversion_days=3)
    )
    clicked = clock.now() + timedelta(hours=1)
    Recipient.objects.filter(member__in=[hanako, taro, jiro]).update(clicked_at=clicked)

    def did(
        member: Member, after: timedelta, kind: str = "site.signed_in", **more: Any
    ) -> Happened:
        return Happened(member.pk, kind, clicked + after, **more)

    day = timedelta(days=1)
    record_many(
        [
            did(hanako, day),
            did(hanako, 2 * day),
            did(taro, timedelta(0)),
            did(jiro, -timedelta(minutes=1)),  # before the click
            did(jiro, 3 * day),  # too late
            did(jiro, day, machine=True),
            did(jiro, day, "notice.read"),  # not chosen
            did(aoi, day),  # did not click
        ]
    )
    signed_in, other = reporting.conversions(campaign)
    assert (signed_in.kind, signed_in.people, signed_in.times) == ("site.signed_in", 2, 3)
    assert (other.kind, other.people, other.times) == ("custom", 0, 0)
    assert reporting.conversions(begin(write(topic=topic))) == []


@pytest.mark.parametrize("kind", ["mail.clicked", "nothing"])
def test_our_own_sendings_are_no_success(topic: Topic, kind: str) -> None:
    with pytest.raises(actions.Invalid):
        write(topic=topic, conversions=[kind])


def public(topic: Topic, hanako: Member, **more: Any) -> Campaign:
    only = segments.create(
        name="花子",
        rule={"field": "number", "op": "eq", "value": hanako.number},
        by=None,
    )
    blocks = [
        {"type": "text", "text": "{{ member.name|honorific }}\n\n秋の催しのご案内です。"},
        {
            "type": "members",
            "segment": only.pk,
            "blocks": [{"type": "text", "text": "役員だけの秘密"}],
        },
        {"type": "text", "text": "[申込](https://example.jp/a) {{ links.preferences }}"},
    ]
    return begin(write(topic=topic, body={"blocks": blocks}, **more))


def test_the_archive_shows_nobody_s_mail(members: Make, topic: Topic) -> None:
    (hanako,) = members(1)
    campaign = public(topic, hanako, archived=True)
    hidden = public(topic, hanako)
    anybody = Client()
    listed = anybody.get(reverse("campaigns:archive")).content.decode()
    assert reverse("campaigns:archived_mail", args=[campaign.pk]) in listed
    assert reverse("campaigns:archived_mail", args=[hidden.pk]) not in listed
    assert anybody.get(reverse("campaigns:archived_mail", args=[hidden.pk])).status_code == 404
    answer = anybody.get(reverse("campaigns:archived_mail", args=[campaign.pk]))
    page = answer.content.decode()
    assert "秋の催しのご案内です。" in page
    assert 'href="https://example.jp/a"' in page  # not counted as anybody's click
    for secret in ("役員だけの秘密", "花子", "/c/", "/o/", "unsubscribe", hanako.number):
        assert secret not in page, secret
    assert "sandbox" in answer["Content-Security-Policy"]
    # To the member herself the part for her segment is there.
    assert "役員だけの秘密" in actions.preview(campaign, hanako, by=None).html


def test_a_draft_is_not_public_and_the_archive_can_be_left(
    members: Make, topic: Topic, sato: User
) -> None:
    (hanako,) = members(1)
    draft = write(topic=topic, archived=True)
    assert Client().get(reverse("campaigns:archived_mail", args=[draft.pk])).status_code == 404
    campaign = public(topic, hanako)
    office = Client()
    office.force_login(sato)
    for wanted, status in (("yes", 200), ("no", 404)):
        office.post(reverse("campaigns:archiving", args=[campaign.pk]), {"archived": wanted})
        address = reverse("campaigns:archived_mail", args=[campaign.pk])
        assert Client().get(address).status_code == status
    assert not actions.copy(campaign, by=None).archived


def test_variant_b_has_a_text_of_its_own(members: Make, topic: Topic, sato: User) -> None:
    members(2)
    office = Client()
    office.force_login(sato)
    text = json.dumps([{"type": "text", "text": "案Bの文章"}])
    given = form(topic, b_own_body="on", b_blocks=text, test_share=50, conversions=["custom"])
    assert office.post(reverse("campaigns:new"), given).status_code == 302
    campaign = Campaign.objects.get()
    assert campaign.conversions == ["custom"]
    shown = reverse("campaigns:shown", args=[campaign.pk])
    assert "案Bの文章" in office.get(shown, {"variant": "1"}).content.decode()
    assert "案Bの文章" not in office.get(shown, {"variant": "0"}).content.decode()
    edit = reverse("campaigns:edit", args=[campaign.pk])
    assert "案Bの文章" in office.get(edit).content.decode()
    # A test that a program wrote is not lost when somebody saves the form.
    actions.change(
        campaign,
        {"variants": [{}, {"subject": "B", "body": {"html": "<p>手書き</p>"}}, {"subject": "C"}]},
        by=None,
    )
    campaign.refresh_from_db()
    plain = {**form(topic, b_subject="B2"), "version": campaign.version}
    assert office.post(edit, plain).status_code == 302
    kept = list(campaign.variants.values_list("subject", "body"))
    assert kept == [("", None), ("B2", {"html": "<p>手書き</p>"}), ("C", None)]


def test_the_test_is_won_by_success_after_the_click(members: Make, topic: Topic) -> None:
    from enishi.campaigns.sending import winning

    members(120)
    campaign = begin(
        write(
            topic=topic,
            variants=[{}, {"subject": "B"}],
            test_share=50,
            winner_by="conversions",
            winner_hours=0,
            conversions=["site.signed_in"],
            conversion_days=3,
        )
    )
    now = clock.now()
    tested = Recipient.objects.filter(campaign=campaign, state="pending")
    a, b = (list(tested.filter(variant=number)) for number in (0, 1))
    tested.update(state="accepted", sent_at=now)
    # A is clicked by all and brings one; B is clicked by a few, who sign in.
    Recipient.objects.filter(pk__in=[one.pk for one in (*a, *b[:5])]).update(clicked_at=now)
    soon, day = now + timedelta(hours=1), timedelta(days=1)
    record_many(
        [
            Happened(a[0].member_id, "site.signed_in", soon),
            Happened(a[1].member_id, "site.signed_in", soon + 3 * day),  # too late
            Happened(a[2].member_id, "site.signed_in", soon, machine=True),
            Happened(a[3].member_id, "custom", soon),  # not chosen
            *(Happened(one.member_id, "site.signed_in", soon) for one in b[:5]),
            Happened(b[0].member_id, "site.signed_in", soon),  # twice is one person
            Happened(b[9].member_id, "site.signed_in", soon),  # did not click
        ]
    )
    first, second = winning.scores(campaign)
    assert (first.clicked, first.converted, first.hits) == (len(a), 1, 1)
    assert (second.clicked, second.converted, second.hits) == (5, 5, 5)
    assert winning.choose_due() == 1
    campaign.refresh_from_db()
    assert campaign.winner == 1
    by_clicks = Campaign(pk=campaign.pk, winner_by="clicks", started_at=campaign.started_at)
    assert winning.scores(by_clicks)[0].converted is None  # nothing is chosen there
    assert winning.best(winning.scores(by_clicks)) == winning.scores(by_clicks)[0]


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"winner_by": "conversions"}, "conversions"),
        ({"winner_by": "clicks", "tracked": False}, "tracked"),
        ({"winner_by": "opens", "body": {"text": "こんにちは"}}, "winner_by"),
    ],
)
def test_a_test_that_nothing_could_decide_is_not_sent(
    members: Make, topic: Topic, values: dict[str, Any], field: str
) -> None:
    members(2)
    plain = write(topic=topic, **values)
    test = write(topic=topic, variants=[{}, {"subject": "B"}], **values)
    with pytest.raises(actions.NotReady) as refused:
        actions.start(test, by=None)
    assert list(refused.value.errors) == [field]
    levels = {one.key: one.level for one in checklist(test, by=None)}
    assert levels["test"] == "error"
    by_hand = actions.change(test, {"winner_by": "hand"}, by=None)
    assert actions.start(by_hand, by=None)[1]
    assert actions.start(plain, by=None)[1]  # without a test it decides nothing


def test_results_of_any_segment(
    members: Make, topic: Topic, sato: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = members(4)
    campaign = begin(write(topic=topic))
    opened = {"opened_at": clock.now(), "sent_at": clock.now()}
    Recipient.objects.update(state="accepted")
    Recipient.objects.filter(member__in=made[:2]).update(**opened)

    def about(*numbers: str) -> Segment:
        rule = {"field": "number", "op": "in", "value": list(numbers)}
        return segments.create(name=f"{len(numbers)}人", rule=rule, by=None)

    two, three = about("T000001", "T000002"), about("T000000", "T000001", "T000003")
    assert reporting.by_segment(campaign, by=sato) == []  # all members: no segment is named
    found = reporting.by_segment(campaign, [three.pk, two.pk, three.pk, 10**9], by=sato)
    assert [(one.name, one.sent, one.opened, one.clicked) for one in found] == [
        ("3人", 3, 2, 0),
        ("2人", 2, 1, 0),
    ]
    office = Client()
    office.force_login(sato)
    page = office.get(campaign.get_absolute_url()).content.decode()
    assert "3人" in page  # offered
    part = reverse("campaigns:segment_results", args=[campaign.pk])
    shown = office.get(part, {"segments": [three.pk]}).content.decode()
    assert "66.7%" in shown
    for odd in ("x", "9" * 40, "-1", "²"):
        assert office.get(part, {"segments": odd}).status_code == 200
    # A segment whose rule broke, or that takes for ever, costs its own line and not the page.
    Segment.objects.filter(pk=two.pk).update(
        rule={"field": "gone", "op": "eq", "value": 1}, kind="live"
    )
    monkeypatch.setattr(reporting, "SEGMENT_MS", 1)
    slow = {"any": [{"field": "name", "op": "matches", "value": f".*{n}.*花"} for n in range(200)]}
    Segment.objects.filter(pk=three.pk).update(rule=slow, kind="live")
    broken, endless = reporting.by_segment(campaign, [two.pk, three.pk], by=sato)
    assert broken.problem
    assert endless.problem
    assert broken.sent is None
    assert office.get(part, {"segments": [two.pk, three.pk]}).status_code == 200


def test_a_segment_about_hidden_things_has_no_figures(members: Make, topic: Topic) -> None:
    members(2)
    campaign = begin(write(topic=topic))
    rule = {"did": "site.signed_in", "times": {"op": "eq", "value": 0}}
    hidden = segments.create(name="来ない人", rule=rule, by=None)
    role = Role.objects.create(
        key="lookers", name="閲覧", rights=["office.view", "campaigns.view", "segments.view"]
    )
    looker = User.objects.create_user("l@example.jp", "a long password", is_staff=True)
    looker.roles.set([role])
    assert reporting.by_segment(campaign, [hidden.pk], by=looker) == []
    office = Client()
    office.force_login(looker)
    assert "来ない人" not in office.get(campaign.get_absolute_url()).content.decode()
    part = reverse("campaigns:segment_results", args=[campaign.pk])
    assert "来ない人" not in office.get(part, {"segments": [hidden.pk]}).content.decode()


def test_a_segment_in_a_mail_or_in_a_rule_of_its_audience_is_in_use(topic: Topic) -> None:
    def made(name: str) -> Segment:
        return segments.create(name=name, rule={"all": []}, by=None)

    part, inner, other, none = made("part"), made("inner"), made("other"), made("none")
    shown = {"type": "members", "segment": part.pk, "blocks": [{"type": "text", "text": "x"}]}
    column = {"type": "columns", "columns": [[{"type": "divider"}], [shown]]}
    variant = {"type": "members", "segment": other.pk, "blocks": []}
    campaign = write(
        topic=topic,
        body={"blocks": [column]},
        variants=[{"subject": "A"}, {"subject": "B", "body": {"blocks": [variant]}}],
        audience={"include": [{"not": {"in_segment": inner.pk}}], "exclude": []},
    )
    for segment in (part, inner, other):
        with pytest.raises(segments.InUse, match=campaign.name):
            segments.delete(segment, by=None)
    segments.delete(none, by=None)
    begin(campaign)
    with pytest.raises(segments.InUse):
        segments.delete(part, by=None)
    actions.cancel(campaign, by=None)
    segments.delete(part, by=None)


def test_the_mail_shows_how_many_clicked_beside_each_link(
    members: Make, topic: Topic, sato: User
) -> None:
    hanako, taro, _jiro = members(3)
    image = {
        "type": "image",
        "src": "https://e.jp/i.png",
        "alt": "会場",
        "href": "https://e.jp/map",
    }
    button = {"type": "button", "text": "申込", "href": "https://e.jp/?m={{ member.number }}"}
    variants = [
        {"subject": "A"},
        {"subject": "B", "body": {"html": '<a href="https://b.jp">B</a>'}},
    ]
    campaign = begin(write(topic=topic, body={"blocks": [image, button]}, variants=variants))
    for one in (hanako, taro):
        row = Recipient.objects.get(member=one)
        Hit.objects.create(
            id=uuid4(),
            campaign_id=campaign.pk,
            recipient_id=row.pk,
            kind="click",
            link=2,
            at=clock.now(),
            settled=True,
        )
    client = Client()
    client.force_login(sato)
    shown = reverse("campaigns:shown", args=[campaign.pk])
    html = client.get(f"{shown}?clicks=1&variant=0").content.decode()
    found = re.findall(
        r'<a\b[^>]*href="([^"]*)"[^>]*>.*?<span[^>]*>([^<]*)</span></a>', html, re.DOTALL
    )
    assert found == [("https://e.jp/map", "0人"), ("https://e.jp/?m=", "2人")]
    assert "/c/" not in html, "nobody of the office becomes a click"
    assert "/o/" not in html
    other = client.get(f"{shown}?clicks=1&variant=1").content.decode()
    assert 'href="https://b.jp"' in other
    assert [one.label for one in reporting.links(campaign)] == ["会場", "申込", "B"]
    Recipient.objects.filter(member=hanako).update(state="accepted", variant=0)
    Recipient.objects.filter(member=taro).update(state="accepted", variant=1)
    page = client.get(campaign.get_absolute_url()).content.decode()
    assert f"{shown}?clicks=1&amp;variant=1" in page


def test_rules_call_a_campaign_by_its_name(topic: Topic, sato: User) -> None:
    campaign = begin(write(topic=topic, name="秋の便り"))
    asked = {"did": "mail.clicked", "where": {"field": "campaign", "op": "in", "value": []}}
    for value, name in ((campaign.pk, "秋の便り"), (campaign.pk + 9999, f"{campaign.pk + 9999:,}")):
        rule = {**asked, "where": {**asked["where"], "value": [value]}}
        made = segments.create(name=name, rule=rule, by=sato)
        assert name in made.sentence
    items = catalogue(sato)["items"]
    clicked = next(one for one in items if one["key"] == "mail.clicked")
    field = next(one for one in clicked["fields"] if one["key"] == "campaign")
    assert field["type"] == "choice"
    assert {"value": campaign.pk, "label": "秋の便り"} in field["choices"]


def test_names_of_campaigns_are_for_those_who_may_see_them(topic: Topic, sato: User) -> None:
    campaign = begin(write(topic=topic, name="秘密の便り"))
    rights = ["office.view", "members.view", "activity.view", "segments.view", "segments.edit"]
    clerk = User.objects.create_user("clerk@example.jp", "a long password", is_staff=True)
    clerk.roles.set([Role.objects.create(key="counting", name="集計", rights=rights)])
    assert "秘密の便り" in json.dumps(catalogue(sato), ensure_ascii=False)
    assert "秘密の便り" not in json.dumps(catalogue(clerk), ensure_ascii=False)
    rule = {"did": "mail.sent", "where": {"field": "campaign", "op": "eq", "value": campaign.pk}}
    assert "秘密の便り" not in segments.create(name="x", rule=rule, by=clerk).sentence
