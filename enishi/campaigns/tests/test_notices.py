"""Notices: who sees them, who has confirmed them, and what a scanner cannot do."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from enishi.accounts.models import ApiToken, Role, User
from enishi.activity.kinds import put_registered
from enishi.activity.models import Activity
from enishi.activity.partitions import ahead
from enishi.audit.models import HistoryEntry
from enishi.campaigns import actions
from enishi.campaigns.models import Campaign, Notice, Reading
from enishi.core import clock
from enishi.members.models import Member, Topic
from enishi.members.models.status import Status
from enishi.messaging.models import Message, PushSubscription
from enishi.segments import actions as segments
from enishi.segments.conditions import members_of
from enishi.segments.models import Segment

from .conftest import write

pytestmark = pytest.mark.django_db
Make = Callable[..., list[Member]]
RULES = {"title": "会則の改定", "body": "4月1日から変わります。", "must_read": True}


def publish(**more: Any) -> Notice:
    return actions.publish_notice({**RULES, **more}, by=None)


def page_of(member: Member) -> str:
    return reverse("campaigns:my_notices", args=[actions.notices_word(member.pk)])


def test_a_member_reads_and_confirms_once(members: Make) -> None:
    hanako, taro = members(2)
    notice = publish()
    client = Client()
    page = client.get(page_of(hanako)).content.decode()
    assert "会則の改定" in page
    assert "重要なお知らせが1件" in page
    assert Reading.objects.count() == 0  # whoever only follows the link has confirmed nothing
    assert client.get(f"{page_of(hanako)}{notice.pk}/").status_code == 405
    for _twice in range(2):
        assert client.post(f"{page_of(hanako)}{notice.pk}/").status_code == 302
    reading = Reading.objects.get()
    assert (reading.member, reading.edition) == (hanako, 1)
    activity = Activity.objects.get(kind__key="notice.read")
    assert activity.member_id == hanako.pk
    assert "確認済み" in client.get(page_of(hanako)).content.decode()
    assert actions.counted_readings(notice) == (1, 2)
    assert [one.pk for one in actions.with_readings(notice, read=False)] == [taro.pk]


def test_only_those_meant_see_it_and_only_in_its_time(members: Make) -> None:
    hanako, taro, jiro = members(3)
    Member.objects.filter(pk=jiro.pk).update(status=Status.LEFT)
    only = segments.create(
        name="花子0", rule={"field": "given_name", "op": "eq", "value": "花子0"}, by=None
    )
    now = clock.now()
    publish(title="全員", must_read=False)
    publish(title="花子だけ", segment=only)
    publish(title="来週から", from_at=now + timedelta(days=7))
    publish(title="先週まで", from_at=now - timedelta(days=14), to_at=now - timedelta(days=7))
    assert [one.notice.title for one in actions.notices_for(hanako)] == ["花子だけ", "全員"]
    assert [one.notice.title for one in actions.notices_for(taro)] == ["全員"]
    other = Notice.objects.get(title="花子だけ")
    assert Client().post(f"{page_of(taro)}{other.pk}/").status_code == 404
    everybody = Notice.objects.get(title="全員")
    assert {one.pk for one in everybody.readers()} == {hanako.pk, taro.pk}
    with clock.at(now + timedelta(days=8)):
        assert "来週から" in {one.notice.title for one in actions.notices_for(taro)}
    with pytest.raises(segments.InUse):  # a notice for a segment must not become one for all
        segments.delete(only, by=None)


@pytest.fixture(autouse=True)
def kinds(db: None) -> None:
    put_registered()
    ahead()


@pytest.mark.parametrize("word", ["x", "1-aaaaaaaaaaaaaaaa", "1"])
def test_a_word_that_we_have_not_signed_opens_nothing(members: Make, word: str) -> None:
    members(1)
    assert Client().get(reverse("campaigns:my_notices", args=[word])).status_code == 404


def test_asked_anew_everybody_has_to_read_it_again(members: Make, sato: User) -> None:
    hanako, taro = members(2)
    notice = publish()
    actions.read_notice(notice, hanako)
    notice = actions.change_notice(notice, {"body": "5月1日からに変わりました。"}, by=sato)
    assert actions.counted_readings(notice) == (1, 2)  # a small correction asks nobody
    notice = actions.change_notice(notice, {}, by=sato, again=True)
    assert actions.counted_readings(notice) == (0, 2)
    assert actions.notices_for(hanako)[0].is_urgent
    actions.read_notice(notice, hanako)
    assert Reading.objects.filter(member=hanako).count() == 2  # both stay on record
    unread = segments.create(name="未読", rule=actions.unread_rule(notice), by=None)
    assert [one.pk for one in members_of(unread)] == [taro.pk]
    with pytest.raises(actions.AlreadyRead):
        actions.delete_notice(notice, by=sato)
    with pytest.raises(actions.Changed):
        actions.change_notice(notice, {"title": "x"}, by=sato, version=1)
    facts = set(HistoryEntry.objects.values_list("fact", flat=True))
    assert {"NoticePublished", "NoticeChanged"} <= {one.rpartition(".")[2] for one in facts}


def test_nothing_in_a_text_can_run() -> None:
    body = "<script>alert(1)</script> [x](javascript:alert(1)) [ok](https://example.jp/?a=1&b=2)"
    html = str(Notice(title="x", body=body).html)
    assert "<script" not in html
    assert "javascript:" not in html.replace("[x](javascript", "")
    assert '<a href="https://example.jp/?a=1&amp;b=2">ok</a>' in html


def test_the_office_writes_watches_and_follows_up(members: Make, sato: User) -> None:
    hanako, _taro = members(2)
    office = Client()
    office.force_login(sato)
    assert office.get(reverse("campaigns:notices")).status_code == 200
    new = reverse("campaigns:new_notice")
    wrong = office.post(new, {"title": "", "body": "本文"})
    assert wrong.status_code == 422
    given = {**RULES, "must_read": "on", "segment": "", "from_at": "", "to_at": ""}
    late = {"from_at": "2026-12-01T10:00", "to_at": "2026-11-01T10:00"}
    assert "終わりは始まりより後" in office.post(new, {**given, **late}).content.decode()
    answer = office.post(new, given)
    notice = Notice.objects.get()
    assert answer["Location"] == notice.get_absolute_url()
    actions.read_notice(notice, hanako)
    page = office.get(notice.get_absolute_url()).content.decode()
    assert "1 / 2 (50%)" in page
    unread = office.get(notice.get_absolute_url(), {"read": "no"}).content.decode()
    assert "T000001" in unread
    assert "T000000" not in unread
    karte = office.get(reverse("members:karte", args=[hanako.pk])).content.decode()
    assert "会則の改定" in karte
    table = b"".join(office.get(reverse("campaigns:export_notice", args=[notice.pk])))  # type: ignore[arg-type]
    lines = table.decode("utf-8-sig").splitlines()
    assert lines[1].startswith("T000000,")
    assert lines[2].endswith(",")  # not read: no time
    office.post(reverse("campaigns:unread_notice", args=[notice.pk]))
    assert Segment.objects.get().name == "未読:会則の改定"
    office.post(reverse("campaigns:end_notice", args=[notice.pk]))
    assert actions.notices_for(hanako) == []


def test_who_may_only_look_cannot_write(members: Make) -> None:
    looking = Role.objects.create(
        key="looking", name="見るだけ", rights=["office.view", "notices.view"]
    )
    user = User.objects.create_user("v@example.jp", "a long password", is_staff=True)
    user.roles.set([looking])
    client = Client()
    client.force_login(user)
    notice = publish()
    assert client.get(notice.get_absolute_url()).status_code == 200
    assert client.post(reverse("campaigns:end_notice", args=[notice.pk])).status_code == 403
    assert client.get(reverse("campaigns:export_notice", args=[notice.pk])).status_code == 403
    (reader,) = members(1)
    page = client.get(notice.get_absolute_url()).content.decode()
    assert reader.number in page
    assert reader.name not in page  # no right to see members
    looking.rights = [*looking.rights, "notices.export"]
    looking.save()
    file = b"".join(client.get(reverse("campaigns:export_notice", args=[notice.pk]))).decode()  # type: ignore[arg-type]
    assert reader.number in file
    assert reader.name not in file


def test_the_link_in_a_mail_is_the_member_s_own_but_not_in_a_preview(
    members: Make, topic: Topic, sato: User
) -> None:
    (hanako,) = members(1)
    body = {"html": '<p><a href="{{ links.notices }}">お知らせ</a></p>'}
    campaign = write(topic=topic, body=body)
    assert 'href="#"' in actions.preview(campaign, hanako, by=sato).html
    from enishi.campaigns.body.fields import Reader

    assert Reader({"links.notices"}).values(hanako)["links.notices"].endswith(page_of(hanako))
    assert Campaign.objects.count() == 1


def test_by_api(members: Make) -> None:
    hanako, _taro = members(2)
    token, secret = ApiToken.mint(
        name="t", scopes=["notices:read", "notices:write", "notices:delete"]
    )
    token.save()
    client = Client(headers={"Authorization": f"Bearer {secret}"})
    made = client.post("/api/v1/notices", json.dumps(RULES), content_type="application/json")
    assert made.status_code == 201, made.content
    notice = made.json()
    assert (notice["state"], notice["read"], notice["members"]) == ("shown", 0, 2)
    path = f"/api/v1/notices/{notice['id']}"
    for new in (True, False):
        assert client.put(f"{path}/readers/{hanako.number}").json() == {"new": new}
    readers = client.get(f"{path}/readers?read=true").json()["items"]
    assert [one["member"] for one in readers] == [hanako.number]
    assert client.get("/api/v1/notices?state=over").json()["items"] == []
    wrong = client.patch(path, json.dumps({"colour": "red"}), content_type="application/json")
    assert wrong.status_code == 422
    assert client.delete(path).status_code == 409
    changed = client.patch(path, json.dumps({"again": True}), content_type="application/json")
    assert (changed.json()["edition"], changed.json()["read"]) == (2, 0)


def test_browsers_that_asked_for_it_are_told_once_an_edition(members: Make) -> None:
    hanako, taro, jiro = members(3)
    for one in (hanako, taro, jiro):
        one.user = User.objects.create_user(f"{one.number}@example.jp", name=one.name)
        one.save()
    for one in (hanako, taro):
        PushSubscription.objects.create(user=one.user, endpoint=f"https://p.example.jp/{one.pk}")
    later = publish(title="来月から", from_at=clock.now() + timedelta(days=30))
    notice = publish()
    actions.read_notice(notice, taro)
    assert actions.push_notices() == 1
    assert actions.push_notices() == 0
    said = Message.objects.get()
    assert (said.channel, said.to, said.subject) == ("push", str(hanako.user_id), "会則の改定")
    assert said.link == reverse("campaigns:own_notices")
    actions.change_notice(notice, {"body": "5月1日から変わります。"}, by=None, again=True)
    assert actions.push_notices() == 2  # taro has not read the new one
    with clock.at(later.from_at + timedelta(minutes=1)):
        actions.end_notice(notice, by=None)
        assert actions.push_notices() == 2
