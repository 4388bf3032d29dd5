"""What is refused and where, what is explained, what it says; rules meant to harm."""

import json
import time
from contextlib import suppress
from datetime import date

import pytest
from django.db import connection
from django.utils.translation import override

from enishi.core import clock
from enishi.members import actions
from enishi.members.conditions import RuleFaults, TooSlow, parse
from enishi.members.conditions.rule import counted
from enishi.members.models import Member

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def the_day():
    with clock.at(date(2026, 11, 21)):
        yield


@pytest.fixture
def hanako(db):
    member = actions.add(
        {
            "member_type": "正会員",
            "family_name": "山田",
            "given_name": "花子",
            "family_name_kana": "ヤマダ",
            "birth_date": date(1985, 4, 1),
            "email": "hanako@example.jp",
            "mobile": "09087654321",
            "prefecture": "宮城県",
            "joined_on": date(2021, 4, 1),
        },
        by=None,
    )
    actions.put_tag(member, actions.tag_named("役員", by=None), by=None)
    return member


def faults(tree):
    with pytest.raises(RuleFaults) as caught:
        parse(tree)
    return {fault.path for fault in caught.value.faults}


@pytest.mark.parametrize(
    ("tree", "path"),
    [
        ([], ""),
        ({}, ""),
        ({"all": []} | {"any": []}, ""),
        ({"all": {}}, "all"),
        ({"all": [3]}, "all[0]"),
        ({"all": [], "name": "x"}, "name"),
        ({"field": "nothing", "op": "eq", "value": 1}, "field"),
        ({"field": 3, "op": "eq", "value": 1}, "field"),
        ({"field": "age"}, "op"),
        ({"field": "age", "op": "contains", "value": 1}, "op"),
        ({"field": "age", "op": "eq", "value": "old"}, "value"),
        ({"field": "age", "op": "eq", "value": True}, "value"),
        ({"field": "age", "op": "eq", "value": None}, "value"),
        ({"field": "age", "op": "eq", "value": [1]}, "value"),
        ({"field": "age", "op": "eq", "value": 1e400}, "value"),
        ({"field": "age", "op": "between", "value": [1]}, "value"),
        ({"field": "age", "op": "between", "value": [1, "x"]}, "value[1]"),
        ({"field": "age", "op": "eq", "value": 1, "excat": True}, "excat"),
        ({"field": "status", "op": "eq", "value": "gone"}, "value"),
        ({"field": "joined_on", "op": "before", "value": "2026-02-30"}, "value"),
        (
            {"field": "joined_on", "op": "within", "value": {"last": -1, "unit": "day"}},
            "value.last",
        ),
        (
            {"field": "joined_on", "op": "within", "value": {"last": 1, "unit": "moon"}},
            "value.unit",
        ),
        ({"field": "joined_on", "op": "within", "value": {"this": "moon"}}, "value.this"),
        ({"field": "joined_on", "op": "within", "value": {"from": "x"}}, "value.from"),
        ({"field": "joined_on", "op": "within", "value": 30}, "value"),
        ({"field": "joined_on", "op": "anniversary", "value": "soon"}, "value"),
        ({"field": "family_name", "op": "matches", "value": "("}, "value"),
        ({"field": "family_name", "op": "matches", "value": r"(a)\1"}, "value"),
        ({"field": "family_name", "op": "matches", "value": "a" * 201}, "value"),
        ({"field": "family_name", "op": "eq", "value": "a\x00b"}, "value"),
        ({"field": "family_name", "op": "eq", "value": "a" * 1001}, "value"),
        ({"field": "family_name", "op": "eq", "value": "\ud800"}, "value"),
        ({"field": "family_name", "op": "gt", "value": "a"}, "op"),
        ({"field": "owner", "op": "eq", "value": "me"}, "value"),
        ({"field": "family_name", "op": "empty", "value": "x"}, "value"),
        ({"not": [{"field": "age", "op": "empty"}]}, "not"),
        ({"has": "treasure"}, "has"),
        (
            {"has": "contact", "where": [{"field": "colour", "op": "eq", "value": 1}]},
            "where[0].field",
        ),
        ({"has": "contact", "where": [{"has": "contact"}]}, "where[0]"),
        ({"has": "contact", "times": 2}, "times"),
        ({"has": "contact", "times": {"op": "contains", "value": 2}}, "times.op"),
        ({"has": "contact", "sum": {"field": "subject", "op": "gt", "value": 2}}, "sum.field"),
        ({"has": "further_email", "within": {"last": 3, "unit": "day"}}, "within"),
    ],
)
def test_a_fault_has_its_path(tree, path):
    assert faults(tree) == {path}


def test_all_faults_of_a_group_are_told_at_once():
    tree = {"all": [{"field": "x", "op": "eq"}, {"any": [{"field": "age", "op": "matches"}]}]}
    assert faults(tree) == {"all[0].field", "all[1].any[0].op"}


def test_a_fault_is_an_answer_of_the_api_too(hanako):
    with pytest.raises(RuleFaults) as caught:
        parse({"all": [{"field": "x", "op": "eq"}]})
    assert caught.value.status == 422
    assert caught.value.errors["all[0].field"]


# Rules meant to harm

EVIL = "'; DROP TABLE members_member; -- %s %(x)s \\ \" `"


def test_sql_in_every_string_is_only_text(hanako):
    ops = ("eq", "ne", "contains", "starts_with", "ends_with")
    leaves = [{"field": "family_name", "op": op, "value": EVIL} for op in ops]
    leaves += [{"field": "tags", "op": "has_none", "value": [EVIL]}]
    leaves += [{"field": "member_type", "op": "not_in", "value": [EVIL]}]
    leaves += [{"field": "mobile", "op": "eq", "value": EVIL}]
    leaves += [{"has": "contact", "where": [{"field": "subject", "op": "eq", "value": EVIL}]}]
    rule = parse({"any": leaves})
    assert rule.count() == 1
    assert EVIL not in rule.where().sql
    assert rule.explain(hanako)["matches"]
    assert Member.objects.count() == 1
    for key in ("field", "op", "has", EVIL):
        faults({key: EVIL})


def test_too_much_is_refused_in_bounded_time():
    leaf = {"field": "age", "op": "gte", "value": 3}
    deep = leaf
    for _step in range(100):
        deep = {"not": deep}
    numbers = {"field": "number", "op": "in", "value": [f"M{n}" for n in range(30_000)]}
    began = time.monotonic()
    assert faults({"all": [leaf] * 10_000})
    assert faults(deep)
    assert faults({"any": [deep]})
    assert faults(numbers) == {"value"}
    assert time.monotonic() - began < 3


def test_what_is_within_bounds_is_answered(hanako):
    leaf = {"field": "age", "op": "gte", "value": 3}
    deep = leaf
    for _step in range(40):
        deep = {"not": deep}
    assert parse(deep).count() == 1
    assert parse({"all": [leaf] * 1_500}).count() == 1
    assert parse({"any": [leaf] * 300}).explain(hanako)["matches"]


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_the_first_and_the_last_day_that_there_is(hanako, day):
    for field in ("joined_on", "created_at"):
        for op in ("on", "before", "after", "lte", "gte"):
            parse({"field": field, "op": op, "value": day}).count()
        assert parse({"field": field, "within": {"from": "0001-01-01"}}).count() == 1
        assert parse({"field": field, "within": {"to": "9999-12-31"}}).count() == 1


def test_on_today_moves_with_the_clock(hanako):
    for field in ("joined_on", "created_at"):
        rule = parse({"field": field, "op": "on", "value": "today"})
        assert rule.count() == (field == "created_at")
        with clock.at(date(2021, 4, 1)):
            assert rule.count() == (field == "joined_on")


@pytest.mark.parametrize("pattern", ["((((a{200}){200}){200}){200})b", "(" * 90 + "a" + ")*" * 90])
def test_a_greedy_pattern_does_not_hold_us_up(hanako, pattern):
    began = time.monotonic()
    with suppress(RuleFaults, TooSlow):
        parse({"field": "note", "op": "matches", "value": pattern}).count(timeout_ms=1000)
    assert time.monotonic() - began < 4
    assert parse({"field": "age", "op": "not_empty"}).count() == 1  # the connection still works


def test_a_slow_count_is_given_up(hanako):
    from django.db.models import BooleanField
    from django.db.models.expressions import RawSQL

    slow = RawSQL("pg_sleep(2) IS NOT NULL", [], output_field=BooleanField())
    with pytest.raises(TooSlow):
        counted(Member.objects.filter(slow), 50)
    assert Member.objects.count() == 1


# Explaining, saying, mentioning


def test_explain_shows_verdict_and_values_in_one_query(hanako, django_assert_num_queries):
    rule = parse(
        {
            "all": [
                {"field": "prefecture", "op": "in", "value": ["東京都", "神奈川県"]},
                {"field": "age", "op": "gte", "value": 40},
                {"not": {"field": "tags", "op": "has_any", "value": ["役員"]}},
                {"has": "contact", "times": {"op": "lt", "value": 3}},
                {"any": [{"field": "joined_on", "op": "before", "value": "2022-01-01"}]},
            ]
        }
    )
    with django_assert_num_queries(2):  # the organisation's zone, and the question
        told = rule.explain(hanako)
    json.dumps(told)
    assert not told["matches"]
    place, age, tag, contacts, joined = told["because"]["all"]
    assert (place["verdict"], place["values"]) == (False, {"prefecture": "宮城県"})
    assert (age["verdict"], age["values"]) == (True, {"age": 41})
    assert (tag["verdict"], tag["not"]["verdict"]) == (False, True)
    assert tag["not"]["values"] == {"tags": ["役員"]}
    assert (contacts["verdict"], contacts["values"]) == (True, {"times": 0})
    assert (joined["verdict"], joined["any"][0]["values"]) == (True, {"joined_on": "2021-04-01"})
    assert place["field"] == "prefecture"


def test_it_says_what_it_means(hanako):
    rule = parse(
        {
            "all": [
                {"field": "prefecture", "op": "in", "value": ["東京都", "神奈川県"]},
                {"field": "age", "op": "between", "value": [30, 39]},
                {"not": {"has": "contact", "within": {"last": 90, "unit": "day"}}},
                {"field": "birth_date", "op": "anniversary", "value": {"next": "month"}},
            ]
        }
    )
    assert rule.sentence() == (
        "都道府県が東京都または神奈川県、かつ年齢が30以上39以下、かつ"
        "「直近90日間の応対履歴がある」ではない、かつ誕生日が来月"
    )
    with override("en"):
        assert rule.sentence() == (
            "Prefecture is 東京都 or 神奈川県 and Age is between 30 and 39 and"
            " not (there are Contacts within the last 90 days) and"
            " Birthday is within next month"
        )


def test_it_knows_what_it_depends_on():
    rule = parse(
        {
            "all": [
                {"field": "age", "op": "gte", "value": 40},
                {"field": "name", "op": "eq", "value": "山田 花子"},
                {"has": "contact", "within": {"last": 3, "unit": "hour"}},
            ]
        }
    )
    found = rule.mentions()
    assert {"birth_date", "family_name", "given_name"} <= found.fields
    assert "subject" not in found.fields
    assert found.sources == {"contact"}
    assert found.moves == {"day", "instant"}
    assert not parse({"field": "joined_on", "op": "not_empty"}).mentions().moving
    assert not parse({"field": "joined_on", "op": "after", "value": "2026-01-01"}).mentions().moving


@pytest.mark.parametrize(
    "tree",
    [
        {"field": "mobile", "op": "eq", "value": "０９０－８７６５－４３２１"},
        {"field": "mobile", "op": "contains", "value": "8765-43"},
        {"field": "status", "op": "is", "value": "有効"},
        {"field": "tag", "has_any": "役員"},
        {"field": "joined_on", "within": {"from": "2021-04-01", "to": "2021-04-02"}},
        {"field": "tenure", "op": "=", "value": 5},
        {"field": "name", "op": "eq", "value": "山田 花子"},
        {"field": "kana", "op": "starts_with", "value": "やま"},
        {"field": "birth_date", "op": "anniversary", "value": 131},
        {"field": "birth_date", "op": "anniversary", "value": {"in": 131}},
        {"field": "email", "op": "ends_with", "value": "@EXAMPLE.jp"},
        {"field": "birth_date", "op": "on", "value": "昭和60年4月1日"},
        {"has": "period", "where": [{"field": "status", "op": "eq", "value": "active"}]},
        {"all": []},
    ],
)
def test_writings_that_are_understood(hanako, tree):
    assert parse(tree).holds_for(hanako)


def test_the_answer_of_another_day(hanako):
    actions.suspend(hanako, on=date(2026, 9, 1), by=None)
    tree = {"field": "status", "op": "eq", "value": "active"}
    assert not parse(tree).holds_for(hanako)
    assert parse(tree, as_of=date(2026, 8, 31)).holds_for(hanako)
    assert not parse(tree, as_of=date(2026, 9, 1)).holds_for(hanako)
    assert not parse(tree, as_of=date(2021, 3, 31)).holds_for(hanako)
    forty = {"field": "age", "op": "lt", "value": 41}
    assert parse(forty, as_of=date(2026, 3, 31)).holds_for(hanako)
    other = parse({"all": [tree, {"field": "city", "op": "empty"}]}, as_of=date(2026, 8, 31))
    assert len(other.not_as_of()) == 1


def test_a_deleted_tag_means_nobody(hanako):
    tree = {"field": "tags", "op": "has_any", "value": ["無い"]}
    assert parse(tree).count() == 0
    assert parse({"not": tree}).count() == 1


def test_members_of_a_rule_use_the_indexes(hanako):
    """The plan of a range of days is a walk along the index, were the table large."""
    rule = parse({"field": "joined_on", "op": "within", "value": {"this": "fiscal_year"}})
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        where = rule.where()
        cursor.execute(f"EXPLAIN SELECT FROM members_member m WHERE {where.sql}", where.params)
        assert "member_joined" in str(cursor.fetchall())
