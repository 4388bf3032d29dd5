"""Recording from other apps; two connections at once; facts; what becomes of purged members."""

import threading
import uuid
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client

from enishi.activity import actions, facts, kinds, partitions
from enishi.activity.actions import Happened
from enishi.activity.models import Activity, SeenId
from enishi.core import clock
from enishi.core import facts as core_facts


def test_record_and_record_many(hanako, taro):
    assert actions.record(hanako.pk, "mail.opened", object="7", props={"campaign": 7})
    known = uuid.uuid4()
    many = [Happened(taro.pk, "mail.sent", id=known), Happened(taro.pk, "mail.sent")]
    assert actions.record_many(many) == 2
    assert actions.record_many(many[:1]) == 0
    assert Activity.objects.get(kind__key="mail.opened").props == {"campaign": 7}
    assert hanako.activities.count() == 1


def test_odd_texts_survive(hanako):
    odd = ['a"b', "a\\b", "{a,b}", "NULL", "", "改行\n\tと", "'; DROP TABLE x; --", "%s"]
    actions.record_many(Happened(hanako.pk, "custom", object=o, props={"x": o}) for o in odd)
    assert sorted(a.object for a in Activity.objects.all()) == sorted(odd)
    assert sorted((a.props or {"x": ""})["x"] for a in Activity.objects.all()) == sorted(odd)


def test_what_apps_get_wrong_is_an_error(hanako):
    with pytest.raises(actions.UnknownKind):
        actions.record(hanako.pk, "no.such")
    with pytest.raises(actions.WrongProps):
        actions.record(hanako.pk, "mail.opened", props={"campaign": "twelve"})


def test_new_ids_follow_time():
    made = [actions.storing.new_id(datetime(2026, 1, 1 + n, tzinfo=UTC)) for n in range(20)]
    assert made == sorted(made)
    assert {one.version for one in made} == {7}


def test_one_fact_for_a_set_and_none_in_history(hanako, taro, monkeypatch):
    from enishi.audit.models import HistoryEntry

    heard = []
    monkeypatch.setitem(core_facts._reactions, facts.ActivitiesStored, [heard.append])
    before = HistoryEntry.objects.count()
    actions.record_many([Happened(hanako.pk, "mail.sent"), Happened(taro.pk, "mail.opened")])
    [fact] = heard
    assert (fact.count, fact.members) == (2, {hanako.pk, taro.pk})
    assert fact.kinds == {"mail.sent", "mail.opened"}
    assert HistoryEntry.objects.count() == before


def test_deleted_members_take_their_activities_along(hanako):
    actions.record(hanako.pk, "custom")
    hanako.delete()
    assert not Activity.objects.exists()


def test_kind_ids_stay(db):
    before = {one.key: one.pk for one in actions.every_kind().values()}
    kinds.put_registered()
    assert before == {one.key: one.pk for one in actions.every_kind().values()}


def test_partitions(db):
    partitions.ensure([(2015, 3), (2015, 7), (clock.now().year, 1), (2200, 1)])
    there = partitions.present()
    assert {"activity_activity_2015", f"activity_activity_{clock.now().year}_01"} <= there
    partitions.ensure([(2015, 3)])
    assert partitions.present() == there
    with clock.at(datetime(2017, 6, 1, tzinfo=UTC)):
        partitions.ensure([(2016, 2)])  # by month then, stays by month later
    partitions.ensure([(2016, 5)])
    assert {"activity_activity_2016_02", "activity_activity_2016_05"} <= partitions.present()
    assert "activity_activity_2016" not in partitions.present()
    assert partitions.span_of("activity_activity_2016_12")[1].isoformat() == "2017-01-01"


def test_a_dropped_partition_leaves_the_ledger(hanako):
    actions.record(hanako.pk, "custom", at=datetime(2015, 1, 1, tzinfo=UTC))
    actions.record(hanako.pk, "custom")
    partitions.drop("activity_activity_2015")
    assert Activity.objects.count() == SeenId.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_connections_at_once_store_once(hanako):
    """Overlapping batches in opposite order, with different times: each id once, no deadlock."""
    ids = [uuid.uuid4() for _ in range(400)]
    stored, errors = [], []
    begin = threading.Barrier(4)

    def send(number):
        order = ids if number % 2 else ids[::-1]
        at = clock.now() - timedelta(days=40 * number)
        try:
            begin.wait()
            for _ in range(3):
                batch = [Happened(hanako.pk, "custom", at, id=one) for one in order]
                stored.append(actions.record_many(batch))
        except DatabaseError as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=send, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    assert sum(stored) == Activity.objects.count() == SeenId.objects.count() == len(ids)


@pytest.mark.django_db(transaction=True)
def test_what_is_rolled_back_can_be_sent_again(hanako):
    one = uuid.uuid4()
    with pytest.raises(RuntimeError), transaction.atomic():
        actions.record(hanako.pk, "custom", id=one)
        raise RuntimeError
    assert actions.record(hanako.pk, "custom", id=one)


def test_what_would_go_is_told_before_and_then_goes(hanako, sato):
    for name in partitions.present():  # also those that tests which commit have left
        if partitions.span_of(name)[1] <= date(2026, 11, 1):
            partitions.drop(name)
    with clock.at(datetime(2026, 11, 21, 3, tzinfo=UTC)):
        for month in (1, 2, 9):
            actions.record(hanako.pk, "custom", at=datetime(2026, month, 10, tzinfo=UTC))
        assert actions.going(12) is None
        told = actions.going(8)
        assert (told.months, told.activities) == (2, 2)
        assert (told.first, told.last) == (date(2026, 1, 1), date(2026, 2, 28))
        client = Client()
        client.force_login(sato)
        page = client.get("/office/settings/tracking/going/?keep_months=８").content.decode()
        assert "2026年1月〜2026年2月" in page
        assert "何も削除しません" in (
            client.get("/office/settings/tracking/going/?keep_months=60").content.decode()
        )
        for odd in ("", "x", "-1", "99999"):
            answer = client.get("/office/settings/tracking/going/", {"keep_months": odd})
            assert answer.status_code == 200
        actions.change_tracking(by=sato, keep_months=8)
        assert actions.forget_old()["parts"] == 2
        assert Activity.objects.filter(member=hanako).count() == 1
        assert actions.going(8) is None
