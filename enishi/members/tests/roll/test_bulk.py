"""One field of many members: what changes, the journal, one entry of history, undo."""

import threading
import time
from datetime import date

import pytest
from django.db import connection, transaction

from enishi.audit.models import HistoryEntry
from enishi.core.bulk import rows
from enishi.members import actions
from enishi.members.actions import bulk
from enishi.members.models import BulkEdit, Field, Member, MemberTag, as_choices

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(hanako, taro, jiro, aoi):
    return {"hanako": hanako, "taro": taro, "jiro": jiro, "aoi": aoi}


@pytest.fixture
def course(db):
    choices = as_choices([{"value": "gold", "label": "金"}, {"value": "silver", "label": "銀"}])
    return Field.objects.create(key="course", label_ja="コース", type="choice", choices=choices)


def now(member, name):
    return getattr(Member.objects.get(pk=member.pk), name)


def test_a_built_in_field(cast, sato):
    before = HistoryEntry.objects.count()
    told = actions.bulk_effect(Member.objects.all(), "city", "仙台市青葉区", sato)
    assert (told.chosen, told.changed) == (4, 3)
    edit = actions.set_on_many("city", "仙台市青葉区", filters={}, by=sato)
    assert edit.count == 3
    assert set(Member.objects.values_list("city", flat=True)) == {"仙台市青葉区"}
    assert now(cast["taro"], "version") == cast["taro"].version + 1
    assert now(cast["hanako"], "version") == cast["hanako"].version  # had it before
    assert HistoryEntry.objects.count() == before + 1
    actions.change(cast["taro"], {"city": "名古屋市"}, by=sato)
    edit = actions.undo_bulk_edit(edit, by=sato)
    assert (edit.left_out, now(cast["taro"], "city")) == (1, "名古屋市")
    assert now(cast["jiro"], "city") == ""
    assert now(cast["hanako"], "city") == "仙台市青葉区"
    with pytest.raises(actions.AlreadyUndone):
        actions.undo_bulk_edit(edit, by=sato)


def test_an_own_field_with_its_label(cast, sato, course):
    Member.objects.filter(pk=cast["hanako"].pk).update(data={"course": "silver", "x": 1})
    edit = actions.set_on_many("data.course", "金", filters={}, by=sato)
    assert (edit.count, edit.value, edit.shown) == (4, "gold", "金")
    assert now(cast["hanako"], "data") == {"course": "gold", "x": 1}
    assert actions.bulk_effect(Member.objects.all(), "data.course", "金", sato).changed == 0
    actions.undo_bulk_edit(edit, by=sato)
    assert now(cast["hanako"], "data") == {"course": "silver", "x": 1}
    assert "course" not in now(cast["aoi"], "data")


def test_emptying_an_own_field(cast, sato, course):
    Member.objects.filter(pk=cast["hanako"].pk).update(data={"course": "silver"})
    edit = actions.set_on_many("data.course", "", filters={}, by=sato)
    assert (edit.count, now(cast["hanako"], "data")) == (1, {})
    actions.undo_bulk_edit(edit, by=sato)
    assert now(cast["hanako"], "data") == {"course": "silver"}


def test_the_owner(cast, sato, suzuki):
    edit = actions.set_on_many("owner", "suzuki@example.jp", filters={"status": "active"}, by=sato)
    assert edit.count == 2
    assert now(cast["hanako"], "owner") == suzuki
    assert now(cast["taro"], "owner") is None
    none = actions.set_on_many("owner", "", filters={}, by=sato)
    assert none.count == 2
    actions.undo_bulk_edit(none, by=sato)
    assert now(cast["hanako"], "owner") == suzuki


def test_tags_on_and_off(cast, sato):
    tag = actions.tag_named("役員", by=sato)
    actions.put_tag(cast["hanako"], tag, by=sato)
    put = actions.tag_many(tag, filters={}, by=sato)
    assert (put.count, MemberTag.objects.count()) == (3, 4)
    taken = actions.tag_many(tag, off=True, filters={"ids": [cast["hanako"].pk]}, by=sato)
    assert (taken.count, MemberTag.objects.count()) == (1, 3)
    actions.undo_bulk_edit(taken, by=sato)
    assert MemberTag.objects.count() == 4
    actions.undo_bulk_edit(put, by=sato)
    assert list(MemberTag.objects.values_list("member", flat=True)) == [cast["hanako"].pk]


def test_many_are_changed_in_the_background(cast, sato, run_jobs, monkeypatch):
    monkeypatch.setattr(bulk, "AT_ONCE", 2)
    monkeypatch.setattr(bulk, "STEP", 2)
    edit = actions.set_on_many("source", "紹介", filters={}, by=sato)
    assert edit.count is None
    assert now(cast["jiro"], "source") == ""
    with pytest.raises(actions.NotDoneYet):
        actions.undo_bulk_edit(edit, by=sato)
    run_jobs()
    edit.refresh_from_db()
    assert edit.count == 4
    assert now(cast["jiro"], "source") == "紹介"
    edit = actions.undo_bulk_edit(edit, by=sato)
    assert edit.undone_at is None
    run_jobs()
    edit.refresh_from_db()
    assert edit.undone_at
    assert now(cast["jiro"], "source") == ""


@pytest.mark.parametrize(
    ("field", "value", "refusal"),
    [
        ("email", "a@example.jp", actions.NotInBulk),
        ("number", "1", actions.NotInBulk),
        ("status", "left", actions.NotInBulk),
        ("data.nothing", "1", actions.NotInBulk),
        ("postal_code", "12", actions.Invalid),
        ("language", "xx", actions.Invalid),
        ("owner", "nobody@example.jp", actions.Invalid),
    ],
)
def test_what_is_refused(cast, sato, field, value, refusal):
    with pytest.raises(refusal):
        actions.set_on_many(field, value, filters={}, by=sato)
    assert not BulkEdit.objects.exists()


def test_a_filter_that_cannot_be_read_changes_nobody(cast, sato):
    with pytest.raises(actions.Refused.__base__):
        actions.set_on_many("source", "x", filters={"joined_on_from": "soon"}, by=sato)
    assert not Member.objects.filter(source="x").exists()


def test_a_searched_field_is_found_at_once(cast, sato):
    Field.objects.create(key="club", label_ja="部", type="text", searched=True)
    actions.set_on_many("data.club", "囲碁", filters={"ids": [cast["taro"].pk]}, by=sato)
    assert Member.objects.search("囲碁").get() == cast["taro"]


def test_the_day_of_the_roster_is_kept(cast, sato):
    filters = {"as_of": date(2020, 1, 1).isoformat()}
    assert actions.set_on_many("note", "古参", filters=filters, by=sato).count == 2


@pytest.mark.django_db(transaction=True)
def test_an_edit_in_the_same_moment_is_kept_for_the_undo(sato):
    """The bulk edit waits for a colleague's, sees what was saved, and writes that down."""
    changed_by_hand, may_commit = threading.Event(), threading.Event()
    taro = actions.add({"family_name": "佐藤", "given_name": "太郎", "city": "札幌市"}, by=None)
    jiro = actions.add({"family_name": "佐藤", "given_name": "次郎", "city": "札幌市"}, by=None)

    def by_hand():
        with transaction.atomic():
            actions.change(taro, {"city": "名古屋市"}, by=None)
            changed_by_hand.set()
            may_commit.wait(10)
        connection.close()

    def let_go_when_waited_for():
        asked = "SELECT count(*) FROM pg_locks WHERE NOT granted"
        for _ in range(500):
            if rows(asked)[0][0]:
                break
            time.sleep(0.01)
        may_commit.set()
        connection.close()

    threads = [threading.Thread(target=one) for one in (by_hand, let_go_when_waited_for)]
    threads[0].start()
    assert changed_by_hand.wait(10)
    threads[1].start()
    edit = actions.set_on_many("city", "仙台市", filters={}, by=sato)
    for thread in threads:
        thread.join()
    assert edit.count == 2
    assert now(taro, "city") == now(jiro, "city") == "仙台市"
    assert now(taro, "version") == taro.version + 2
    actions.undo_bulk_edit(edit, by=sato)
    assert (now(taro, "city"), now(jiro, "city")) == ("名古屋市", "札幌市")
