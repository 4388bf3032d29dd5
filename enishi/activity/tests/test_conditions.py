"""``did`` against a slow, obvious evaluation in Python: random rules over random activities."""

import random
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from enishi.accounts.models import Role, User
from enishi.activity import actions
from enishi.activity.actions import Happened
from enishi.activity.models import Activity
from enishi.core import clock
from enishi.core.models import Organisation
from enishi.members.conditions import Holds, RuleFaults, parse
from enishi.members.models import Member

from .evaluation import (
    PROPS,
    edges_of,
    holds,
    throw_condition,
    throw_life,
    throw_rule,
    throw_window,
)

NOWS = [
    ("Asia/Tokyo", datetime(2026, 3, 31, 12, 0, tzinfo=UTC)),
    ("Asia/Tokyo", datetime(2028, 2, 29, 15, 30, tzinfo=UTC)),
    ("America/New_York", datetime(2026, 3, 8, 7, 30, tzinfo=UTC)),
    ("Pacific/Auckland", datetime(2026, 5, 31, 23, 59, 59, 999999, tzinfo=UTC)),
]


def roll(count: int) -> list[Member]:
    from enishi.members import actions as roll_actions

    return [
        roll_actions.add({"family_name": f"会員{n}", "member_type": "正会員"}, by=None)
        for n in range(count)
    ]


@pytest.fixture
def seminar(db):
    actions.declare("seminar.attended", "セミナー参加", PROPS, by=None)


@pytest.mark.slow
@pytest.mark.parametrize(("zone", "now"), NOWS, ids=str)
def test_differential(seminar, zone, now):
    """700 rules for each of four moments."""
    dice = random.Random(f"{zone} {now}")
    Organisation(name="縁の会", zone=zone).save()
    here = ZoneInfo(zone)
    edges = edges_of(now, here)
    lives = {member.pk: throw_life(dice, now, edges) for member in roll(60)}
    actions.record_many(
        Happened(pk, one.kind, one.at, one.object, one.props, one.machine)
        for pk, life in lives.items()
        for one in life
    )
    from django.utils import timezone

    differ = []
    with timezone.override(here):
        for _ in range(700):
            rule = throw_rule(dice, now)
            with frozen(now):
                found = who(parse(rule))
                one_by_one = who(parse(rule), few=True)
            wanted = {pk for pk, life in lives.items() if holds(rule, life, now, here, 4)}
            if found != wanted or one_by_one != wanted:
                differ.append((rule, {pk: lives[pk] for pk in found ^ wanted}))
    assert not differ, (len(differ), differ[:2])


def who(rule, *, few=False):
    """Whom a rule holds for; with ``few`` as it is asked about single members."""
    at = rule.moment().of_few() if few else rule.moment()
    return set(Member.objects.present().filter(Holds(rule.where(at))).values_list("pk", flat=True))


@pytest.mark.slow
@pytest.mark.parametrize(("zone", "now"), NOWS, ids=str)
def test_who_did_it_once_but_not_lately(seminar, zone, now):
    """Both conditions in one reading: the same as one and not the other."""
    dice = random.Random(f"lately {zone} {now}")
    Organisation(name="縁の会", zone=zone).save()
    here = ZoneInfo(zone)
    edges = edges_of(now, here)
    lives = {member.pk: throw_life(dice, now, edges) for member in roll(40)}
    actions.record_many(
        Happened(pk, one.kind, one.at, one.object, one.props, one.machine)
        for pk, life in lives.items()
        for one in life
    )
    from django.utils import timezone

    at_once = 0
    with timezone.override(here):
        for _ in range(150):
            ever = {"did": dice.choice(["seminar.attended", "custom"])}
            if ever["did"] != "custom" and dice.random() < 0.5:
                ever["where"] = [throw_condition(dice)]
            lately = ever | {"within": throw_window(dice, now)}
            nodes = [ever, {"not": lately}]
            if dice.random() < 0.5:
                nodes.reverse()
            with frozen(now):
                rule = parse({"all": nodes})
                found = who(rule)
                at_once += "bool_or" in rule.where().sql
            wanted = {
                pk
                for pk, life in lives.items()
                if holds(ever, life, now, here, 4) and not holds(lately, life, now, here, 4)
            }
            assert found == wanted, nodes
    assert at_once == 150


def frozen(now: datetime):
    """The clock stands still, so that both sides mean the same instant."""
    from unittest import mock

    return mock.patch.object(clock, "now", return_value=now)


def test_none_counts_as_zero(seminar, hanako, taro):
    actions.record(hanako.pk, "custom")

    def who(times):
        return set(parse({"did": "custom", "times": times}).members())

    assert who({"op": "eq", "value": 0}) == who({"op": "lt", "value": 1}) == {taro}
    assert who({"op": "lte", "value": 1}) == who({"op": "gte", "value": 0}) == {hanako, taro}
    assert who({"op": "eq", "value": 1}) == set(parse({"did": "custom"}).members()) == {hanako}


def test_lists_of_texts_are_compared_like_texts(seminar, hanako, taro):
    actions.record(hanako.pk, "seminar.attended", props={"marks": ["ｶﾅ", "Ａ"]})
    actions.record(taro.pk, "seminar.attended", props={"marks": ["b"]})

    def who(op, *marks, **more):
        where = [{"field": "marks", "op": op, "value": list(marks), **more}]
        return set(parse({"did": "seminar.attended", "where": where}).members())

    assert who("has_all", "かな", "a") == who("has_any", "カナ", "x") == {hanako}
    assert who("has_none", "カナ") == who("has_any", "B") == {taro}
    assert who("has_any", "ｶﾅ", exact=True) == {hanako}
    assert who("has_any", "カナ", exact=True) == who("has_any") == set()


def test_machines_are_not_counted_unless_asked(hanako):
    actions.record(hanako.pk, "mail.clicked", machine=True)
    assert parse({"did": "mail.clicked"}).count() == 0
    assert parse({"did": "mail.clicked", "machine": True}).count() == 1


def test_as_of(hanako):
    actions.record(hanako.pk, "custom", at=datetime(2026, 5, 10, 3, tzinfo=UTC))
    for day, count in ((date(2026, 5, 9), 0), (date(2026, 5, 10), 1), (date(2026, 6, 30), 1)):
        rule = parse({"did": "custom"}, as_of=day)
        assert (rule.count(), rule.not_as_of()) == (count, [])
    week = {"did": "custom", "within": {"last": 7, "unit": "day"}}
    assert parse(week, as_of=date(2026, 5, 16)).count() == 1
    assert parse(week, as_of=date(2026, 5, 17)).count() == 0


def test_explained(hanako):
    for day in (1, 5):
        actions.record(hanako.pk, "mail.clicked", at=datetime(2026, 5, day, tzinfo=UTC))
    rule = parse({"did": "mail.clicked", "times": {"op": "gte", "value": 3}})
    told = rule.explain(hanako)
    assert told["matches"] is False
    assert told["because"]["values"] == {
        "times": 2,
        "first": "2026-05-01T00:00:00+00:00",
        "last": "2026-05-05T00:00:00+00:00",
    }


def test_sentences(db):
    assert parse({"did": "mail.opened"}).sentence() == "「メール開封」が1回以上ある"
    last = {"did": "mail.opened", "which": "last", "within": {"last": 9, "unit": "day"}}
    assert parse(last).sentence().startswith("最後の「メール開封」が")


def test_mentions(db):
    asked = {"did": "mail.opened", "within": {"last": 90, "unit": "day"}}
    mentioned = parse({"all": [asked, {"did": "custom", "within": {"this": "month"}}]}).mentions()
    assert mentioned.kinds == {"mail.opened", "custom"}
    assert mentioned.moves == {"day", "instant"}
    assert not parse({"did": "custom"}).mentions().moving
    where = [{"field": "campaign", "op": "eq", "value": 1}]
    assert parse({"did": "mail.opened", "where": where}).mentions().fields == frozenset()


@pytest.mark.parametrize(
    ("rule", "path"),
    [
        ({"did": "no.such"}, "did"),
        ({"did": 3}, "did"),
        ({"did": "custom", "what": 1}, "what"),
        ({"did": "mail.opened", "where": [{"field": "color", "op": "eq", "value": 1}]}, "where[0]"),
        (
            {"did": "mail.opened", "where": [{"field": "campaign", "op": "eq", "value": "x"}]},
            "where[0].value",
        ),
        ({"did": "custom", "times": 3}, "times"),
        ({"did": "custom", "times": {"op": "like", "value": 3}}, "times.op"),
        ({"did": "custom", "within": {"last": -1}}, "within"),
        ({"did": "custom", "which": "last"}, "which"),
        ({"did": "custom", "which": "second", "within": {"this": "day"}}, "which"),
        ({"did": "custom", "machine": "yes"}, "machine"),
    ],
)
def test_faults_name_the_path(db, rule, path):
    with pytest.raises(RuleFaults) as refused:
        parse({"all": [rule]})
    [fault] = refused.value.faults
    assert fault.path.startswith(f"all[0].{path}")
    assert fault.reason


def test_hostile_values(seminar, hanako):
    odd = "'; DROP TABLE activity_activity; --"
    actions.record(hanako.pk, "seminar.attended", object=odd, props={"place": odd})
    for name in ("object", "place"):
        where = [{"field": name, "op": "eq", "value": odd, "exact": True}]
        assert parse({"did": "seminar.attended", "where": where}).count() == 1
    assert Activity.objects.count() == 1


def test_a_property_of_another_type_than_declared_later_counts_as_empty(hanako):
    actions.declare("b.c", "b", {}, by=None)
    for value in ("x", {"a": 1}, True, 7, "2026-01-01"):
        actions.record(hanako.pk, "b.c", props=dict.fromkeys(PROPS, value))
    actions.declare("b.c", "b", PROPS, by=None)
    for name, of in PROPS.items():
        op = "has_any" if of == "choices" else "eq"
        value = {"boolean": True, "date": "2026-01-01", "datetime": "2026-01-01"}.get(of, 7)
        where = [{"field": name, "op": op, "value": value}]
        assert parse({"did": "b.c", "where": where}).count() in (0, 1)


def test_who_may_not_see_activities_may_not_ask(db):
    role = Role.objects.create(key="roll", name="名簿", rights=["office.view", "members.view"])
    user = User.objects.create_user("a@example.jp", name="a", is_staff=True)
    user.roles.add(role)
    with pytest.raises(RuleFaults):
        parse({"did": "custom"}, by=user)
