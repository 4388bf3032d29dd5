"""Records of an office's own database in rules: random questions against a plain evaluation."""

import random
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from unittest import mock
from zoneinfo import ZoneInfo

import pytest

from enishi.activity.tests.evaluation import inside
from enishi.core import clock
from enishi.members import actions as roll
from enishi.members.actions import add_field
from enishi.members.conditions import Holds, parse
from enishi.members.models import Member
from enishi.records import actions
from enishi.records.models import Record

NOWS = [
    datetime(2026, 3, 31, 12, 0, tzinfo=UTC),
    datetime(2028, 2, 29, 15, 30, tzinfo=UTC),
    datetime(2026, 12, 31, 15, 0, tzinfo=UTC),
]
ZONE = ZoneInfo("Asia/Tokyo")
STATES = ["未納", "納入済", "免除"]


def fits(row, asked):
    value, op, wanted = row.get(asked["field"]), asked["op"], asked.get("value")
    if asked["field"] == "rate":
        value = None if value is None else Decimal(value)
        many = isinstance(wanted, list)
        wanted = [Decimal(str(one)) for one in wanted] if many else Decimal(str(wanted or 0))
    match op:
        case "empty":
            return value is None
        case "not_empty":
            return value is not None
        case "ne":
            return value != wanted
        case "not_in":
            return value not in wanted
    if value is None:
        return False
    match op:
        case "eq":
            return value == wanted
        case "in":
            return value in wanted
        case "gte":
            return value >= wanted
        case "lte":
            return value <= wanted
        case "gt":
            return value > wanted
        case "lt":
            return value < wanted
        case "between":
            return wanted[0] <= value <= wanted[1]
    raise AssertionError(op)


def compared(op, value, wanted):
    return {
        "eq": value == wanted, "ne": value != wanted, "lt": value < wanted, "lte": value <= wanted,
        "gt": value > wanted, "gte": value >= wanted,
    }[op]  # fmt: skip


def holds(rule, records, now):
    such = [
        row
        for row in records
        if all(fits(row, one) for one in rule.get("where", []))
        and ("within" not in rule or inside(row["created_at"], rule["within"], now, ZONE, 4))
    ]
    times = rule.get("times", {"op": "gte", "value": 1})
    sums = [word for word in ("sum", "min", "max") if word in rule]
    if not compared(times["op"], len(such), times["value"]):
        return False
    for word in sums:
        values = [Decimal(row["fee"]) for row in such if row.get("fee") is not None]
        asked = rule[word]
        if not values:
            if asked["op"] != "ne":
                return False
            continue
        got = {"sum": sum, "min": min, "max": max}[word](values)
        if not compared(asked["op"], got, asked["value"]):
            return False
    return True


def throw(dice, now):
    rule = {"has": "record.fees"}
    conditions = []
    for _ in range(dice.choice([0, 1, 1, 2])):
        field = dice.choice(["state", "fee", "rate"])
        if dice.random() < 0.15:
            conditions.append({"field": field, "op": dice.choice(["empty", "not_empty"])})
        elif field == "state":
            op = dice.choice(["eq", "ne", "in", "not_in"])
            value = dice.sample(STATES, 2) if op in ("in", "not_in") else dice.choice(STATES)
            conditions.append({"field": field, "op": op, "value": value})
        else:
            numbers = [-3, 0, 1000, 2500, 5000] if field == "fee" else [-1.5, 0, 0.1, 2.25, 3]
            op = dice.choice(["eq", "ne", "lt", "lte", "gt", "gte", "between", "in", "not_in"])
            many = op in ("between", "in", "not_in")
            value = [dice.choice(numbers), dice.choice(numbers)] if many else dice.choice(numbers)
            conditions.append({"field": field, "op": op, "value": value})
    if conditions:
        rule["where"] = conditions
    if dice.random() < 0.4:
        unit = dice.choice(["hour", "day", "week", "month", "quarter", "year"])
        period = dice.choice(["day", "week", "month", "quarter", "year", "fiscal_year"])
        rule["within"] = dice.choice(
            [
                {"last": dice.choice([0, 1, 2, 12]), "unit": unit},
                {"this": period},
                {"previous": period},
            ]
        )
    if dice.random() < 0.5:
        op = dice.choice(["eq", "ne", "lt", "lte", "gt", "gte"])
        rule["times"] = {"op": op, "value": dice.randint(0, 3)}
    if dice.random() < 0.4:
        op = dice.choice(["eq", "ne", "lt", "lte", "gt", "gte"])
        value = dice.choice([0, 1000, 2500, 5000, 6000])
        rule[dice.choice(["sum", "min", "max"])] = {"field": "fee", "op": op, "value": value}
    return rule


@pytest.mark.slow
@pytest.mark.parametrize("now", NOWS, ids=str)
def test_random_questions_about_records(db, now):
    dice = random.Random(str(now))
    database = actions.add_database(name="年会費", key="fees", by=None)
    add_field(table="fees", key="state", label_ja="状況", type="choice", choices=STATES, by=None)
    add_field(table="fees", key="fee", label_ja="金額", type="integer", by=None)
    add_field(table="fees", key="rate", label_ja="率", type="decimal", by=None)
    edges = [now + timedelta(days=n, microseconds=m) for n in (0, -1, -7, -31) for m in (-1, 0, 1)]
    lives = {}
    for n in range(25):
        member = roll.add({"family_name": f"会員{n}", "member_type": "正会員"}, by=None)
        lives[member.pk] = rows = []
        for _ in range(dice.choice([0, 1, 1, 2, 4])):
            values = {
                "state": dice.choice(STATES),
                "fee": dice.choice([-3, 0, 1000, 2500, 5000]),
                "rate": str(dice.choice([-1.5, 0, 0.1, 2.25, 3])),
            }
            values = {key: value for key, value in values.items() if dice.random() < 0.75}
            made = actions.add_record(database, values, member=member, by=None)
            at = now + timedelta(seconds=dice.randrange(-500 * 86400, 86400))
            at = dice.choice([at, dice.choice(edges)])
            Record.objects.filter(pk=made.pk).update(created_at=at)
            rows.append(values | {"created_at": at})
    with mock.patch.object(clock, "now", return_value=now):
        for _ in range(500):
            tree = throw(dice, now)
            asked = parse(tree if dice.random() < 0.7 else {"not": tree})
            inverse = "not" in asked.tree
            wanted = {pk for pk, rows in lives.items() if holds(tree, rows, now) != inverse}
            for at in (asked.moment(), asked.moment().of_few()):
                found = Member.objects.present().filter(Holds(asked.where(at)))
                assert set(found.values_list("pk", flat=True)) == wanted, asked.tree
