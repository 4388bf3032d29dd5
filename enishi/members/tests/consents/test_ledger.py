"""The ledger keeps every word; what holds now follows it, one by one and by the thousand."""

import csv
from datetime import timedelta

import pytest
from django.db import connection

from enishi.core import clock
from enishi.members import actions
from enishi.members.actions import Shown
from enishi.members.models import (
    Consent,
    ConsentState,
    Member,
    Topic,
    Wording,
    consented_sql,
)
from enishi.messaging import actions as messaging
from enishi.messaging.models import KeptMail, Message

pytestmark = pytest.mark.django_db
OFFICE = Consent.Source.OFFICE


@pytest.fixture
def news(db):
    return Topic.objects.get_or_create(key="newsletter", defaults={"name": "会報"})[0]


def holds(member, topic, channel="email"):
    return ConsentState.objects.get(member=member, topic=topic, channel=channel).state


def may_be_sent(topic, channel="email"):
    sql, params = consented_sql(topic.pk, channel)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT m.id FROM members_member m WHERE {sql} ORDER BY m.id", params)
        return [number for (number,) in cursor.fetchall()]


def test_given_withdrawn_and_given_again_are_three_lines(hanako, news, sato):
    shown = Shown("入会フォーム", "会報を受け取ります", "3")
    row = actions.give_consent(
        hanako, news, source=Consent.Source.FORM, shown=shown, ip="192.0.2.1"
    )
    assert (row.wording.text, row.wording.version, row.ip) == (
        "会報を受け取ります",
        "3",
        "192.0.2.1",
    )
    assert may_be_sent(news) == [hanako.pk]
    actions.withdraw_consent(hanako, news, source=OFFICE, by=sato, note="電話で")
    assert (holds(hanako, news), may_be_sent(news)) == ("withdrawn", [])
    actions.give_consent(hanako, news, source=OFFICE, by=sato)
    assert [one.state for one in hanako.consents.all()] == ["given", "withdrawn", "given"]
    assert ConsentState.objects.count() == 1


def test_withdrawing_twice_is_one_line(hanako, news):
    for _ in range(2):
        actions.withdraw_consent(hanako, news, source=OFFICE)
    assert hanako.consents.count() == 1


def test_the_same_words_are_kept_once(hanako, jiro, news):
    for member in (hanako, jiro):
        actions.give_consent(member, news, source=OFFICE, shown=Shown("用紙", "同意します", "1"))
    assert Wording.objects.count() == 1


def test_no_consent_by_a_channel_that_the_topic_has_not(hanako, news):
    with pytest.raises(actions.Invalid):
        actions.give_consent(hanako, news, channel="sms", source=OFFICE)


def test_many_at_once_but_never_against_a_withdrawal(
    cast, news, sato, django_assert_max_num_queries
):
    actions.withdraw_consent(cast["jiro"], news, source=OFFICE)
    actions.give_consent(cast["taro"], news, source=OFFICE)
    with django_assert_max_num_queries(12):
        count = actions.record_consents(
            Member.objects.present(), news, by=sato, shown=Shown("規約 第5条", "会報をお送りします")
        )
    assert count == 2
    assert may_be_sent(news) == sorted(cast[name].pk for name in ("hanako", "taro", "aoi"))
    assert Consent.objects.filter(wording__form="規約 第5条").count() == 2
    assert actions.record_consents(Member.objects.present(), news, state="withdrawn", by=sato) == 3
    assert may_be_sent(news) == []


def test_the_proof_outlives_the_member(hanako, news, sato):
    actions.give_consent(hanako, news, source=OFFICE, by=sato, shown=Shown("用紙", "同意します"))
    Member.objects.filter(pk=hanako.pk).delete()
    heading, line = actions.consent_proof(Consent.objects.all(), by=sato)
    found = dict(zip(heading, line, strict=True))
    assert (found["会員番号"], found["表示した文面"]) == ("M202100001", "同意します")
    assert not ConsentState.objects.exists()


def test_rules_ask_about_consents(hanako, jiro, news):
    from enishi.members.conditions import parse

    actions.give_consent(hanako, news, source=OFFICE)
    actions.withdraw_consent(jiro, news, source=OFFICE)

    def found(state):
        where = [
            {"field": "topic", "op": "is", "value": news.name},
            {"field": "state", "op": "is", "value": state},
        ]
        return list(parse({"has": "consent", "where": where}).members())

    assert found("given") == [hanako]
    assert found("withdrawn") == [jiro]


def test_merging_members_merges_their_ledgers(hanako, jiro, news):
    from enishi.members.actions.merging import merge, undo_merge

    actions.give_consent(hanako, news, source=OFFICE)
    with clock.at(clock.now() + timedelta(hours=1)):
        actions.withdraw_consent(jiro, news, source=OFFICE)
    done = merge(hanako, jiro, by=None)
    assert holds(hanako, news) == "withdrawn", "the last word of either"
    assert hanako.consents.count() == 2
    undo_merge(done, by=None)
    assert holds(hanako, news) == "given"
    assert holds(jiro, news) == "withdrawn"


def test_after_a_merge_the_last_word_holds(hanako, jiro, news):
    actions.withdraw_consent(jiro, news, source=OFFICE)
    with clock.at(clock.now() + timedelta(days=1)):
        actions.give_consent(hanako, news, source=OFFICE)
    Consent.objects.filter(member=jiro).update(member=hanako)
    actions.settle_consents([hanako.pk, jiro.pk])
    assert holds(hanako, news) == "given"
    Consent.objects.filter(state="withdrawn").update(at=clock.now() + timedelta(days=2))
    actions.settle_consents([hanako.pk])
    assert holds(hanako, news) == "withdrawn"


def test_advertising_leaves_with_consent_only(hanako, news, run_jobs):
    def write(**more):
        message = messaging.send(
            to=hanako.email,
            subject="ご案内",
            text="…",
            message_class="advertising",
            about=hanako,
            topic=news.key,
            **more,
        )
        run_jobs()
        message.refresh_from_db()
        return message.state

    assert write() == "held"
    actions.give_consent(hanako, news, source=OFFICE)
    assert write() == "sent"
    waiting = messaging.send(
        to=hanako.email,
        subject="2",
        text="…",
        message_class="advertising",
        about=hanako,
        topic=news.key,
    )
    actions.withdraw_consent(hanako, news, source=OFFICE)
    run_jobs()
    waiting.refresh_from_db()
    assert waiting.state == "held", "asked again when it goes"
    assert KeptMail.objects.count() == 1
    assert Message.objects.filter(state="sent").count() == 1


def test_topics_are_the_offices_own(sato):
    topic = actions.add_topic(name="支部だより", channels=["email", "sms"], by=sato)
    actions.change_topic(topic, name="支部通信", double_opt_in=True, by=sato)
    topic.refresh_from_db()
    assert (topic.name, topic.double_opt_in, topic.channels) == ("支部通信", True, ["email", "sms"])
    actions.move_topic(topic, -1, by=sato)
    actions.change_topic(topic, retired=True, by=sato)
    assert topic not in Topic.objects.offered()
    for wrong in ({"name": ""}, {"name": "x", "channels": ["pigeon"]}, {"name": "x", "key": "あ"}):
        with pytest.raises(actions.Refused):
            actions.add_topic(**wrong, by=sato)


def test_proof_is_csv_that_a_spreadsheet_reads(hanako, news, sato, tmp_path):
    actions.give_consent(hanako, news, source=OFFICE, note='a,"b"\n=1+1')
    path = tmp_path / "proof.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows(actions.consent_proof(hanako.consents.all(), by=sato))
    assert path.read_text().count("M202100001") == 1
