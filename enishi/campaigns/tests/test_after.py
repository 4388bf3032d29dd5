"""After the sending: what those who clicked went on to do, and the mail as anybody may read it."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from enishi.accounts.models import User
from enishi.activity.actions import Happened, record_many
from enishi.activity.kinds import put_registered
from enishi.activity.partitions import ahead
from enishi.campaigns import actions, reporting
from enishi.campaigns.models import Campaign, Recipient
from enishi.core import clock
from enishi.members.models import Member, Topic
from enishi.segments import actions as segments

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
