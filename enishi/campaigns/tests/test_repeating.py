"""A part of a mail that comes once for each record of the member."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from enishi.accounts.models import Role, User
from enishi.campaigns import actions
from enishi.campaigns.body import repeating
from enishi.campaigns.body.fields import Reader, catalogue, members_of
from enishi.members.models import Member, Topic
from enishi.messaging.tests.sink import Sink
from enishi.records import ready
from enishi.records.actions import add_record, delete_record
from enishi.records.models import Database

from .conftest import begin, deliver, write

pytestmark = pytest.mark.django_db(transaction=True)
Make = Callable[..., list[Member]]
TEXT = "{{ row.subject }}を{{ row.copies }}部"
OPEN = {"type": "repeat", "database": "requests", "text": TEXT, "field": "state"}


@pytest.fixture
def requests(db: None) -> Database:
    template = next(one for one in ready.TEMPLATES if one.key == "requests")
    return ready.make(template, by=None)


def asks(database: Database, member: Member, subject: str, state: str) -> Any:
    values = {"subject": subject, "copies": 3, "state": state, "material": "会報"}
    return add_record(database, values, member=member, by=None)


def choice(database: Database, label: str) -> str:
    [field] = [one for one in database.fields if one.key == "state"]
    return next(one.value for one in field.known_choices if str(one) == label)


def test_each_gets_their_own_open_records(
    sink: Sink, members: Make, topic: Topic, requests: Database
) -> None:
    hanako, taro, jiro = members(3)
    asks(requests, hanako, "入会案内", "未対応")
    asks(requests, hanako, "<b>会報</b>", "未対応")
    asks(requests, hanako, "年報", "完了")
    delete_record(asks(requests, hanako, "ごみ箱", "未対応"), by=None)
    asks(requests, taro, "手引き", "完了")
    block = {**OPEN, "value": choice(requests, "未対応")}
    blocks = [{"type": "text", "text": "お預かりしているご請求："}, block]
    campaign = write(topic=topic, body={"blocks": blocks})
    shown = actions.preview(campaign, hanako, by=None)
    assert "入会案内を3部" in shown.html
    assert "&lt;b&gt;会報&lt;/b&gt;を3部" in shown.html
    assert shown.html.index("会報") < shown.html.index("入会案内")  # the newest first
    assert "年報" not in shown.html
    assert "ごみ箱" not in shown.html
    assert "入会案内を3部" in shown.text
    begin(campaign)
    assert deliver() == 3
    from email import message_from_bytes
    from email.policy import default

    def text_to(member: Member) -> str:
        mail = message_from_bytes(sink.to(member.email)[0].content, policy=default)
        return str(mail.get_body(("plain",)).get_content())  # type: ignore[union-attr]

    assert "入会案内を3部" in text_to(hanako)
    assert "部" not in text_to(taro)
    assert "ご請求" in text_to(jiro)


def test_a_batch_is_read_in_one_query_and_bounded(members: Make, requests: Database) -> None:
    made = members(20)
    for number in range(repeating.MOST + 5):
        asks(requests, made[0], f"第{number}号", "未対応")
    asks(requests, made[7], "七", "未対応")
    reader = Reader({"records.requests"})
    with CaptureQueriesContext(
        connection,
    ) as few:
        found = members_of([made[0].pk, made[7].pk], reader.columns)
        values = {pk: reader.values(one)["records.requests"] for pk, one in found.items()}
    with CaptureQueriesContext(connection) as many:
        again = members_of([one.pk for one in made], reader.columns)
        for one in again.values():
            reader.values(one)
    assert len(few) == len(many)
    assert len(values[made[0].pk]) == repeating.MOST
    assert values[made[0].pk][0]["subject"] == f"第{repeating.MOST + 4}号"
    assert [row["subject"] for row in values[made[7].pk]] == ["七"]


@pytest.mark.parametrize(
    ("block", "where"),
    [
        ({"type": "repeat", "database": "nothing", "text": "x"}, "blocks[0]"),
        ({"type": "repeat", "database": "requests", "text": "{{ row.colour }}"}, "blocks[0].text"),
        ({**OPEN, "field": "colour", "value": "x"}, "blocks[0]"),
    ],
)
def test_what_is_not_there_is_told_before_sending(
    members: Make, topic: Topic, requests: Database, block: dict[str, Any], where: str
) -> None:
    members(1)
    campaign = write(topic=topic, body={"blocks": [block]})
    faults = actions.faults_of(campaign, [], None)
    assert faults
    assert where in faults[0].part
    with pytest.raises(actions.TextFaults):
        actions.start(campaign, by=None)


@pytest.mark.parametrize(
    "more",
    [
        {"database": "x y"},
        {"database": "requests", "field": "state", "value": 'a" %}{% for x in y %}'},
        {"database": "requests", "field": "a b", "value": "x"},
    ],
)
def test_a_block_cannot_write_the_language_itself(topic: Topic, more: dict[str, str]) -> None:
    with pytest.raises(actions.Invalid):
        write(topic=topic, body={"blocks": [{"type": "repeat", "text": "x", **more}]})


def test_who_may_not_see_databases_cannot_mail_them(requests: Database) -> None:
    role = Role.objects.create(key="mail", name="配信", rights=["office.view", "campaigns.edit"])
    writer = User.objects.create_user("w@example.jp", "a long password", is_staff=True)
    writer.roles.set([role])
    assert "records.requests" in catalogue(None).lists
    assert "records.requests" not in catalogue(writer).lists
