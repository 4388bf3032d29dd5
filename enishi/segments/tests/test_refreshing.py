"""Stored members follow every change, at once and only where a segment mentions it."""

from datetime import date, timedelta

import pytest

from enishi.core import clock
from enishi.core import facts as core_facts
from enishi.members import actions as roll
from enishi.members.models import Member, Tag
from enishi.segments import actions
from enishi.segments.actions.refreshing import refresh_due
from enishi.segments.conditions import members_of
from enishi.segments.facts import EnteredSegment, LeftSegment
from enishi.segments.models import Movement, Pending, Segment, SegmentChange, SegmentMember

TOKYO = {"field": "prefecture", "op": "eq", "value": "東京都"}


def made(name, rule, **more):
    return actions.create(name=name, rule=rule, by=None, **more)


def kept(segment):
    return set(SegmentMember.objects.filter(segment=segment).values_list("member_id", flat=True))


def test_a_new_segment_is_filled_by_the_job(people, drain):
    tokyo = made("東京の人", TOKYO)
    assert not tokyo.is_current
    drain()
    tokyo.refresh_from_db()
    assert kept(tokyo) == {m.pk for m in people[:3]}
    assert (tokyo.count, tokyo.is_current) == (3, True)
    filled = Movement.objects.get(segment=tokyo)
    assert (filled.cause, filled.entered, filled.left) == ("filled", 3, 0)
    assert not SegmentChange.objects.exists()


def test_a_change_tests_one_member_for_the_segments_that_mention_it(people, drain):
    tokyo = made("東京の人", TOKYO)
    old = made("40歳以上", {"field": "age", "op": "gte", "value": 40})
    drain()
    roll.change(people[3], {"prefecture": "東京都"}, by=None)
    assert list(Pending.objects.values_list("segment", "member")) == [(tokyo.pk, people[3].pk)]
    assert drain() == 1
    tokyo.refresh_from_db()
    old.refresh_from_db()
    assert (tokyo.tests, old.tests) == (1, 0)
    assert kept(tokyo) == {m.pk for m in people[:4]}
    assert tokyo.count == 4
    change = SegmentChange.objects.get()
    assert (change.member_id, change.entered, change.movement.cause) == (
        people[3].pk,
        True,
        "change",
    )


def test_what_nobody_mentions_tests_nobody(people, drain):
    made("東京の人", TOKYO)
    drain()
    roll.change(people[0], {"phone": "0312345678"}, by=None)
    assert not Pending.objects.exists()


def test_the_bin_the_tag_and_the_status(people, drain):
    vip = roll.add_tag(name="vip", by=None)
    tagged = made("vip", {"field": "tags", "op": "has_any", "value": ["vip"]})
    active = made("有効", {"field": "status", "op": "eq", "value": "active"})
    drain()
    roll.put_tag(people[0], vip, by=None)
    roll.leave(people[1], by=None)
    roll.delete(people[2], by=None)
    drain()
    assert kept(tagged) == {people[0].pk}
    assert kept(active) == {people[n].pk for n in (0, 3, 4, 5)}
    roll.put_tag_on(Member.objects.filter(pk__in=[m.pk for m in people[3:]]), vip, by=None)
    roll.restore(people[2], by=None)
    drain()
    assert kept(tagged) == {people[n].pk for n in (0, 3, 4, 5)}
    assert people[2].pk in kept(active)
    roll.delete_tag(Tag.objects.get(), by=None)
    drain()
    assert kept(tagged) == set()


def test_one_fact_for_a_set(people, drain, monkeypatch):
    heard = []
    for kind in (EnteredSegment, LeftSegment):
        reactions = core_facts._reactions[kind]
        monkeypatch.setitem(core_facts._reactions, kind, [*reactions, heard.append])
    tokyo = made("東京の人", TOKYO)
    drain()
    for member in people[3:]:
        roll.change(member, {"prefecture": "東京都"}, by=None)
    roll.change(people[0], {"prefecture": ""}, by=None)
    drain()
    told = [(type(fact).__name__, fact.count, fact.first) for fact in heard]
    assert told == [
        ("EnteredSegment", 3, True),
        ("EnteredSegment", 3, False),
        ("LeftSegment", 1, False),
    ]
    assert heard[1].movement == heard[2].movement == Movement.objects.latest("pk").pk
    assert heard[1].about == tokyo


def test_another_rule_moves_the_difference_only(people, drain):
    segment = made("東京の人", TOKYO)
    drain()
    since = SegmentMember.objects.get(segment=segment, member=people[0]).entered_at
    rule = {"field": "prefecture", "op": "in", "value": ["東京都", "大阪府"]}
    segment = actions.change(segment, rule=rule, by=None)
    assert segment.version == 2
    assert not segment.is_current
    assert members_of(segment).count() == 5  # exact before the job has run
    drain()
    assert kept(segment) == {m.pk for m in people[:5]}
    assert SegmentMember.objects.get(segment=segment, member=people[0]).entered_at == since
    moved = Movement.objects.latest("pk")
    assert (moved.cause, moved.entered, moved.left, moved.version) == ("rule", 2, 0, 2)


def test_time_alone_moves_members(people):
    with clock.at(date(2026, 11, 21)):  # all others were born on 1 April
        roll.change(people[0], {"birth_date": "1990-11-22"}, by=None)
        rule = {"field": "birth_date", "op": "anniversary", "value": 0}
        segment = made("今日が誕生日", rule)
        actions.refresh(segment)
        segment.refresh_from_db()
        assert (segment.moving, segment.count) == ("day", 0)
        assert segment.next_due is not None
    with clock.at(date(2026, 11, 22)):
        assert not segment.is_current
        assert members_of(segment).count() == 1  # exact though the job has not run
        assert refresh_due(segment.pk).entered == 1
    assert kept(segment) == {people[0].pk}
    assert Movement.objects.latest("pk").cause == "time"


def test_put_in_and_kept_out_by_hand(people, drain):
    tokyo = made("東京の人", TOKYO)
    above = made("東京の人でない人", {"not": {"in_segment": tokyo.pk}})
    drain()
    actions.put_by_hand(tokyo, [people[5].pk], included=True, by=None)
    actions.put_by_hand(tokyo, [people[0].pk], included=False, by=None)
    drain()
    assert kept(tokyo) == {people[n].pk for n in (1, 2, 5)}
    assert kept(above) == {people[n].pk for n in (0, 3, 4)}
    assert set(members_of(tokyo)) == {people[n] for n in (1, 2, 5)}
    actions.put_by_hand(tokyo, [people[0].pk, people[5].pk], included=None, by=None)
    drain()
    assert kept(tokyo) == {m.pk for m in people[:3]}


def test_segments_in_segments_follow(people, drain):
    tokyo = made("東京の人", TOKYO)
    young = {"field": "birth_date", "op": "gte", "value": "1986-01-01"}
    both = made("東京の若い人", {"all": [{"in_segment": tokyo.pk}, young]})
    far = made("それ以外", {"not": {"in_segment": both.pk}})
    drain()
    assert both.parents == [tokyo.pk]
    assert "prefecture" in far.fields
    roll.change(people[4], {"prefecture": "東京都"}, by=None)
    drain()
    assert kept(both) == {people[n].pk for n in (2, 4)}
    assert kept(far) == {people[n].pk for n in (0, 1, 3, 5)}
    osaka = {"field": "prefecture", "op": "eq", "value": "大阪府"}
    actions.change(tokyo, rule=osaka, by=None)
    drain()
    assert kept(both) == {people[3].pk}
    assert kept(far) == {people[n].pk for n in (0, 1, 2, 4, 5)}


def test_a_circle_is_refused_with_its_path(people):
    one = made("一", TOKYO)
    two = made("二", {"all": [TOKYO, {"in_segment": one.pk}]})
    three = made("三", {"not": {"in_segment": two.pk}})
    with pytest.raises(actions.RuleFaults) as refused:
        actions.change(one, rule={"any": [TOKYO, {"in_segment": three.pk}]}, by=None)
    fault = refused.value.faults[0]
    assert fault.path == "any[1].in_segment"
    assert "一 → 三 → 二 → 一" in fault.reason
    with pytest.raises(actions.RuleFaults):
        actions.change(one, rule={"in_segment": one.pk}, by=None)
    one.refresh_from_db()
    assert one.version == 1


def test_one_in_use_is_not_deleted(people):
    one = made("一", TOKYO)
    two = made("二", {"in_segment": one.pk})
    assert [str(use) for use in actions.uses_of([one])[one.pk]] == ["セグメント「二」"]
    with pytest.raises(actions.InUse) as refused:
        actions.delete(one, by=None)
    assert "二" in str(refused.value)
    actions.delete(two, by=None)
    actions.delete(one, by=None)
    assert not Segment.objects.exists()


def test_a_rule_that_cannot_be_read_any_more_says_so_and_keeps_its_members(people, drain):
    field = roll.add_field(label_ja="職業", key="job", by=None)
    roll.change(people[0], {"data.job": "看護師"}, by=None)
    nurses = made("看護師", {"field": "data.job", "op": "eq", "value": "看護師"})
    drain()
    assert kept(nurses) == {people[0].pk}
    roll.retire_field(field, by=None)
    drain()
    nurses.refresh_from_db()
    if nurses.problem:  # a retired field may still be asked about
        assert kept(nurses) == {people[0].pk}
        roll.retire_field(field, retired=False, by=None)
        drain()
        nurses.refresh_from_db()
    assert not nurses.problem


def test_whoever_is_deleted_for_good_leaves_no_trace(people, drain):
    tokyo = made("東京の人", TOKYO)
    drain()
    roll.change(people[3], {"prefecture": "東京都"}, by=None)
    actions.put_by_hand(tokyo, [people[0].pk], included=True, by=None)
    drain()
    roll.delete(people[3], by=None)
    with clock.at(clock.today() + timedelta(days=40)):
        assert roll.purge_bin() == 1
    drain()
    assert kept(tokyo) == {m.pk for m in people[:3]}
