"""A slow, obvious evaluation of ``did`` in Python, and random rules and lives to try it on."""

import calendar
import random
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

PROPS = {
    "seats": "integer",
    "fee": "decimal",
    "place": "text",
    "online": "boolean",
    "on": "date",
    "until": "datetime",
    "marks": "choices",
}
PLACES = ["東京", "とうきょう", "Osaka", "ＯＳＡＫＡ", "O'Brien", "50%_off"]
MARKS = ["a", "b", "c"]


@dataclass
class Did:
    """What the evaluation knows of one activity."""

    kind: str
    at: datetime
    object: str
    machine: bool
    props: dict[str, Any] = field(default_factory=dict)


# The obvious evaluation


def shift(now: datetime, count: int, unit: str, zone: ZoneInfo) -> datetime:
    if unit in ("hour", "day", "week"):
        return now + count * timedelta(**{f"{unit}s": 1})
    local = now.astimezone(zone)
    months = (
        local.year * 12 + local.month - 1 + count * {"month": 1, "quarter": 3, "year": 12}[unit]
    )
    year, month = divmod(months, 12)
    day = min(local.day, calendar.monthrange(year, month + 1)[1])
    return local.replace(year=year, month=month + 1, day=day).astimezone(UTC)


def begin(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)


def period(now: datetime, unit: str, step: int, zone: ZoneInfo, fiscal: int) -> tuple[Any, Any]:
    today = now.astimezone(zone).date()
    if unit == "day":
        first = today + timedelta(days=step)
        behind = first + timedelta(days=1)
    elif unit == "week":
        first = today - timedelta(days=today.weekday()) + timedelta(weeks=step)
        behind = first + timedelta(weeks=1)
    else:
        length = {"month": 1, "quarter": 3, "year": 12, "fiscal_year": 12}[unit]
        start = {"fiscal_year": fiscal - 1}.get(unit, 0)
        index = (today.year * 12 + today.month - 1 - start) // length + step
        months = index * length + start
        first = date(months // 12, months % 12 + 1, 1)
        months += length
        behind = date(months // 12, months % 12 + 1, 1)
    return begin(first, zone), begin(behind, zone)


def inside(at: datetime, window: Any, now: datetime, zone: ZoneInfo, fiscal: int) -> bool:
    if "from" in window or "to" in window:
        ends = [
            datetime.fromisoformat(window[name]).replace(tzinfo=zone) if name in window else None
            for name in ("from", "to")
        ]
        return (ends[0] is None or at >= ends[0]) and (ends[1] is None or at < ends[1])
    if isinstance(window.get("last"), int):
        return shift(now, -window["last"], window["unit"], zone) <= at <= now
    if isinstance(window.get("next"), int):
        return now <= at <= shift(now, window["next"], window["unit"], zone)
    [(name, unit)] = window.items()
    step = {"this": 0, "previous": -1, "last": -1, "next": 1}[name]
    start, end = period(now, unit, step, zone, fiscal)
    return start <= at < end


def compare(op: str, value: Any, wanted: Any) -> bool:  # noqa: C901
    match op:
        case "empty":
            return value is None
        case "not_empty":
            return value is not None
        case "ne":
            return value != wanted
        case "not_in":
            return value not in wanted
        case "has_none":
            return value is None or not set(value) & set(wanted)
    if value is None:
        return False
    match op:
        case "eq":
            return value == wanted
        case "in":
            return value in wanted
        case "lt":
            return value < wanted
        case "lte":
            return value <= wanted
        case "gt":
            return value > wanted
        case "gte":
            return value >= wanted
        case "between":
            return wanted[0] <= value <= wanted[1]
        case "contains":
            return wanted in value
        case "has_any":
            return bool(set(value) & set(wanted))
        case "has_all":
            return set(wanted) <= set(value)
    raise AssertionError(op)


def number(value: Any) -> Any:
    return None if value is None else Decimal(str(value))


def fits(done: Did, asked: dict[str, Any]) -> bool:
    name, op, wanted = asked["field"], asked["op"], asked.get("value")
    value = done.object or None if name == "object" else done.props.get(name)
    if PROPS.get(name) in ("integer", "decimal"):
        value = number(value)
        wanted = [number(v) for v in wanted] if isinstance(wanted, list) else number(wanted)
    return compare(op, value, wanted)


def holds(
    asked: dict[str, Any], did: list[Did], now: datetime, zone: ZoneInfo, fiscal: int
) -> bool:
    such = [
        one
        for one in did
        if one.kind == asked["did"]
        and (asked.get("machine") or not one.machine)
        and all(fits(one, condition) for condition in asked.get("where", []))
    ]
    window = asked.get("within")

    def within(one: Did) -> bool:
        return window is None or inside(one.at, window, now, zone, fiscal)

    if asked.get("which", "any") != "any":
        if not such:
            return False
        pick = min if asked["which"] == "first" else max
        return within(pick(such, key=lambda one: one.at))
    times = asked.get("times", {"op": "gte", "value": 1})
    return compare(times["op"], sum(within(one) for one in such), times["value"])


# What is thrown


def throw_window(dice: random.Random, now: datetime) -> dict[str, Any]:
    match dice.randrange(5):
        case 0 | 1:
            unit = dice.choice(["hour", "day", "week", "month", "quarter", "year"])
            return {
                dice.choice(["last", "last", "next"]): dice.choice([0, 1, 2, 3, 30]),
                "unit": unit,
            }
        case 2:
            unit = dice.choice(["day", "week", "month", "quarter", "year", "fiscal_year"])
            return {dice.choice(["this", "previous", "next"]): unit}
    ends = sorted((now + timedelta(days=dice.randrange(-400, 60))).date() for _ in range(2))
    window = {"from": ends[0].isoformat(), "to": ends[1].isoformat()}
    if dice.random() < 0.3:
        del window[dice.choice(["from", "to"])]
    return window


def throw_condition(dice: random.Random) -> dict[str, Any]:
    name = dice.choice([*PROPS, "object"])
    of = PROPS.get(name, "text")
    if dice.random() < 0.15:
        return {"field": name, "op": dice.choice(["empty", "not_empty"])}
    if of == "choices":
        marks = dice.sample(MARKS, dice.randint(1, 2))
        return {
            "field": name,
            "op": dice.choice(["has_any", "has_all", "has_none"]),
            "value": marks,
        }
    if of == "boolean":
        return {"field": name, "op": dice.choice(["eq", "ne"]), "value": dice.random() < 0.5}

    def value() -> Any:
        match of:
            case "integer":
                return dice.randint(-1, 4)
            case "decimal":
                return dice.choice([-1.5, 0, 0.1, 2.50, 100])
            case "date":
                return (date(2026, 2, 26) + timedelta(days=dice.randrange(5))).isoformat()
            case "datetime":
                return f"2026-02-28T{dice.randrange(24):02}:00:00Z"
        return dice.choice(["x", "news/1", *PLACES])

    exact = {"exact": True} if of == "text" else {}
    ops = ["eq", "ne", "in", "not_in"]
    ops += ["contains"] if of == "text" else ["lt", "lte", "gt", "gte", "between"]
    op = dice.choice(ops)
    if op in ("in", "not_in"):
        return {"field": name, "op": op, "value": [value(), value()]} | exact
    if op == "between":
        return {"field": name, "op": op, "value": sorted([value(), value()])}
    return {"field": name, "op": op, "value": value()} | exact


def throw_rule(dice: random.Random, now: datetime) -> dict[str, Any]:
    rule: dict[str, Any] = {"did": dice.choice(["seminar.attended", "seminar.attended", "custom"])}
    if rule["did"] != "custom" and dice.random() < 0.6:
        rule["where"] = [throw_condition(dice) for _ in range(dice.randint(1, 2))]
    if dice.random() < 0.8:
        rule["within"] = throw_window(dice, now)
    if dice.random() < 0.25:
        rule["machine"] = dice.random() < 0.7
    if "within" in rule and dice.random() < 0.3:
        rule["which"] = dice.choice(["first", "last", "any"])
    if rule.get("which", "any") == "any" and dice.random() < 0.6:
        op = dice.choice(["eq", "ne", "lt", "lte", "gt", "gte", "between", "in", "not_in"])
        value: Any = dice.randint(0, 3)
        if op in ("between", "in", "not_in"):
            value = sorted([value, dice.randint(0, 3)])
        rule["times"] = {"op": op, "value": value}
    return rule


def throw_props(dice: random.Random) -> dict[str, Any]:
    props = {
        "seats": dice.randint(-1, 4),
        "fee": dice.choice([-1.5, 0, 0.1, 2.5, 100]),
        "place": dice.choice(PLACES),
        "online": dice.random() < 0.5,
        "on": (date(2026, 2, 26) + timedelta(days=dice.randrange(5))).isoformat(),
        "until": f"2026-02-28T{dice.randrange(24):02}:00:00Z",
        "marks": dice.sample(MARKS, dice.randint(1, 3)),
    }
    return {name: value for name, value in props.items() if dice.random() < 0.7}


def throw_life(dice: random.Random, now: datetime, edges: list[datetime]) -> list[Did]:
    made = []
    for _ in range(dice.choice([0, 0, 1, 1, 2, 3, 8])):
        kind = dice.choice(["seminar.attended", "custom"])
        at = now + timedelta(seconds=dice.randrange(-500 * 86400, 60 * 86400))
        if dice.random() < 0.5:
            at = dice.choice(edges) + timedelta(microseconds=dice.choice([-1, 0, 0, 1]))
        props = throw_props(dice) if kind == "seminar.attended" else {}
        made.append(Did(kind, at, dice.choice(["", "x", "news/1"]), dice.random() < 0.2, props))
    return made


def edges_of(now: datetime, zone: ZoneInfo) -> list[datetime]:
    """Where windows begin and end."""
    units = ("hour", "day", "week", "month", "quarter", "year")
    found = [shift(now, n, u, zone) for u in units for n in (-3, -2, -1, 0, 1)]
    today = now.astimezone(zone).date()
    found += [begin(today + timedelta(days=n), zone) for n in (-31, -7, -1, 0, 1)]
    for unit in ("week", "month", "quarter", "year", "fiscal_year"):
        found += [at for step in (-1, 0, 1) for at in period(now, unit, step, zone, 4)]
    return found
