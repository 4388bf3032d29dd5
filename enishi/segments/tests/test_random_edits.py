"""Whatever is edited, in whatever order: what is stored is what a fresh question finds."""

import random
from datetime import timedelta

import pytest

from enishi.activity import actions as activity
from enishi.core import clock
from enishi.members import actions as roll
from enishi.members.models import Member
from enishi.segments import actions
from enishi.segments.conditions import rule_of, where_of
from enishi.segments.models import Segment, SegmentMember

TOWNS = ["東京都", "大阪府", "宮城県", ""]


def rules(ids):
    tokyo = {"field": "prefecture", "op": "in", "value": ["東京都", "大阪府"]}
    yield tokyo
    yield {"not": tokyo}
    yield {"field": "age", "op": "gte", "value": 40}
    yield {"field": "tags", "op": "has_any", "value": ["vip"]}
    yield {"field": "tags", "op": "has_none", "value": ["vip"]}
    yield {"field": "status", "op": "eq", "value": "active"}
    yield {"did": "mail.opened", "times": {"op": "gte", "value": 2}}
    yield {"not": {"did": "mail.opened"}}
    yield {"has": "contact"}
    yield {"all": [{"in_segment": ids[0]}, {"not": {"in_segment": ids[3]}}]}
    yield {"any": [{"in_segment": ids[9]}, {"field": "number", "op": "ends_with", "value": "3"}]}


def edit(dice, by):
    """One change somewhere; the number says which."""
    member = dice.choice(list(Member.objects.order_by("pk")))
    segment = dice.choice(list(Segment.objects.order_by("pk")))
    vip = roll.tag_named("vip", by=None)
    match dice.randrange(14):
        case _ if member.deleted_at is not None:
            roll.restore(member, by=by)
        case 0 | 1 | 2:
            roll.change(member, {"prefecture": dice.choice(TOWNS)}, by=by)
        case 3:
            year = 1950 + dice.randrange(60)
            roll.change(member, {"birth_date": f"{year}-03-0{dice.randint(1, 9)}"}, by=by)
        case 4:
            roll.put_tag(member, vip, by=by)
        case 5:
            roll.take_tag(member, vip, by=by)
        case 6:
            some = Member.objects.present().filter(pk__gte=member.pk)
            (roll.put_tag_on if dice.random() < 0.5 else roll.take_tag_off)(some, vip, by=by)
        case 7:
            activity.record(member.pk, "mail.opened", machine=dice.random() < 0.2)
        case 8:
            happened = [activity.Happened(m.pk, "mail.opened") for m in Member.objects.all()[:5]]
            activity.record_many(happened)
        case 9:
            roll.delete(member, by=by)
        case 10 if member.status == "active":
            roll.suspend(member, on=clock.today(), by=by)
        case 10 if member.status == "suspended":
            roll.resume(member, on=clock.today(), by=by)
        case 11:
            roll.add_contact(
                member,
                channel="phone",
                direction="in",
                subject="問い合わせ",
                at=clock.now() - timedelta(hours=1),
                by=by,
            )
        case 12:
            actions.put_by_hand(
                segment, [member.pk], included=dice.choice([True, False, None]), by=by
            )
        case 13:
            roll.add({"family_name": "新", "prefecture": dice.choice(TOWNS)}, by=by)


def kept(segment):
    return set(SegmentMember.objects.filter(segment=segment).values_list("member_id", flat=True))


def fresh(segment):
    from enishi.members.conditions import Holds

    holds = Holds(where_of(segment, node=rule_of(segment).node))
    return set(Member.objects.present().filter(holds).values_list("pk", flat=True))


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2))
def test_stored_members_are_those_of_a_fresh_question(people, drain, seed):
    dice = random.Random(seed)
    ids = []
    roll.tag_named("vip", by=None)
    for n, rule in enumerate(rules([None] * 20)):
        if "in_segment" in str(rule):
            break
        ids.append(actions.create(name=f"{n}", rule=rule, by=None).pk)
    for n, _rule in enumerate(rules([*ids, 0])):
        if n >= len(ids):
            ids.append(actions.create(name=f"{n}", rule=list(rules([*ids, 0]))[n], by=None).pk)
    drain()
    for step in range(40):
        edit(dice, None)
        if dice.random() < 0.5:
            continue  # several changes in one go
        drain()
        for segment in Segment.objects.all():
            assert kept(segment) == fresh(segment), (seed, step, segment.rule)
            assert segment.count == len(kept(segment)), (seed, step, segment.rule)
            assert not segment.problem
