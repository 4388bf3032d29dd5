"""What a rule means, said once more: slow, obvious, without SQL. Tests hold the engine to it.

``Person`` is a member as plain values. ``holds(tree, person, world)`` is the verdict. Other apps
add their kinds of conditions to ``LEAVES``.
"""

import re
import unicodedata
from calendar import monthrange
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

TEXT, DIGITS, CHOICE, CHOICES, LINK = "text", "digits", "choice", "choices", "link"
NUMBER, DATE, INSTANT, TIME, FLAG = "number", "date", "instant", "time", "flag"
TOKYO = ZoneInfo("Asia/Tokyo")


@dataclass
class World:
    now: datetime
    zone: ZoneInfo = TOKYO
    fiscal_start: int = 4

    @property
    def today(self):
        return self.now.astimezone(self.zone).date()


@dataclass
class Person:
    values: dict  # key → value
    types: dict  # key → one of the words above
    rows: dict = field(default_factory=dict)  # source → list of dicts


LEAVES = {}


def holds(tree, person, world):
    if "all" in tree:
        return all(holds(one, person, world) for one in tree["all"])
    if "any" in tree:
        return any(holds(one, person, world) for one in tree["any"])
    if "not" in tree:
        return not holds(tree["not"], person, world)
    if "field" in tree:
        return compare(tree, person, world)
    (kind,) = [kind for kind in LEAVES if kind in tree]
    return LEAVES[kind](tree, person, world)


def compare(tree, person, world):
    key = tree["field"]
    value, kind = person.values.get(key), person.types[key]
    if key == "age":
        value, kind = full_years(person.values.get("birth_date"), world.today), NUMBER
    return ask(tree["op"], value, kind, tree.get("value"), world, exact=tree.get("exact", False))


def ask(op, value, kind, wanted, world, *, exact=False):
    empty = value is None or value == "" or value == []
    if op == "empty":
        return empty
    if op == "not_empty":
        return not empty
    if op == "ne":
        return not ask("eq", value, kind, wanted, world, exact=exact)
    if op == "not_in":
        return not ask("in", value, kind, wanted, world, exact=exact)
    if op == "has_none":
        return not ask("has_any", value, kind, wanted, world, exact=exact)
    if op == "days_since":
        return since(value, kind, wanted, world)
    if empty:
        return False
    if op == "in":
        return any(ask("eq", value, kind, one, world, exact=exact) for one in wanted)
    if kind in (DATE, INSTANT):
        return ask_day(op, value, kind, wanted, world)
    if op == "between":
        return bool(wanted[0] <= value <= wanted[1])
    if kind == CHOICES:
        have = {plain(one) for one in value}
        asked = {plain(one) for one in wanted}
        return bool(have & asked) if op == "has_any" else asked <= have
    if kind in (TEXT, DIGITS, CHOICE, LINK):
        return ask_text(op, value, kind, wanted, exact=exact)
    return {
        "eq": lambda: value == wanted,
        "lt": lambda: value < wanted,
        "lte": lambda: value <= wanted,
        "gt": lambda: value > wanted,
        "gte": lambda: value >= wanted,
        "before": lambda: value < wanted,
        "after": lambda: value > wanted,
    }[op]()


def ask_text(op, value, kind, wanted, *, exact):
    if kind == DIGITS and op != "matches":
        digits = "".join(c for c in plain(wanted) if c in "0123456789")
        wanted = digits or plain(wanted)
    elif not exact and op != "matches":
        value, wanted = plain(value), plain(wanted)
    return {
        "eq": lambda: value == wanted,
        "contains": lambda: wanted in value,
        "starts_with": lambda: value.startswith(wanted),
        "ends_with": lambda: value.endswith(wanted),
        "matches": lambda: (
            bool(re.search(wanted, value))
            if exact
            else bool(re.search(katakana(wanted), plain(value), re.IGNORECASE))
        ),
    }[op]()


def plain(text):
    """One width, no capitals, katakana."""
    return katakana("".join(small(c) for c in unicodedata.normalize("NFKC", text)))


def small(letter):
    alphabet = "A" <= letter <= "Z" or 0xC0 <= ord(letter) < 0x180
    alphabet = alphabet or 0x391 <= ord(letter) < 0x3AA or 0x400 <= ord(letter) < 0x430
    return letter.lower() if alphabet and len(letter.lower()) == 1 else letter


def katakana(text):
    return "".join(chr(ord(c) + 0x60) if "ぁ" <= c <= "ゖ" or c in "ゝゞ" else c for c in text)


# Days


def full_years(born, today):
    """29 February is reached on 1 March in common years."""
    if born is None:
        return None
    years = today.year - born.year
    reached = (today.month, today.day) >= (born.month, born.day)
    return years if reached else years - 1


def ask_day(op, value, kind, wanted, world):
    if op == "within":
        return inside(value, kind, wanted, world)
    local = value.astimezone(world.zone).date() if kind == INSTANT else value
    if op == "anniversary":
        return comes_round(local, wanted, world)
    if op == "between":
        return ask_day("gte", value, kind, wanted[0], world) and ask_day(
            "lte", value, kind, wanted[1], world
        )
    if kind == DATE or len(wanted) == 10:
        other = date.fromisoformat(wanted)
    else:
        value_of = datetime.fromisoformat(wanted)
        other = value_of if value_of.tzinfo else value_of.replace(tzinfo=world.zone)
        local = value
    return {
        "eq": local == other,
        "on": local == other,
        "lt": local < other,
        "before": local < other,
        "lte": local <= other,
        "gt": local > other,
        "after": local > other,
        "gte": local >= other,
    }[op]


def since(value, kind, wanted, world):
    """How many days ago; a number that is not there where the day is not."""
    asked = wanted if isinstance(wanted, dict) else {"op": "eq", "value": wanted}
    days = None
    if value is not None:
        local = value.astimezone(world.zone).date() if kind == INSTANT else value
        days = (world.today - local).days
    return ask(asked["op"], days, NUMBER, asked["value"], world)


def comes_round(day, wanted, world):
    if isinstance(wanted, int):
        first = last = world.today + timedelta(days=wanted)
    else:
        first, last = days_of(wanted, world)
    if first is None or last is None:
        return True
    for year in range(first.year, last.year + 1):
        try:
            anniversary = day.replace(year=year)
        except ValueError:
            anniversary = date(year, 3, 1)
        if first <= anniversary <= last:
            return True
    return False


def inside(value, kind, window, world):
    if kind == DATE:
        first, last = days_of(window, world)
        return (first is None or value >= first) and (last is None or value <= last)
    start, end, closed = span_of(window, world)
    if start is not None and value < start:
        return False
    if end is None:
        return True
    return value <= end if closed else value < end


def days_of(window, world):
    """First and last day of a window, both included."""
    today = world.today
    if "from" in window or "to" in window:
        start, end = window.get("from"), window.get("to")
        return (
            date.fromisoformat(start) if start else None,
            date.fromisoformat(end) - timedelta(days=1) if end else None,
        )
    for name, sign in (("last", -1), ("next", 1)):
        if isinstance(window.get(name), int):
            count, unit = sign * window[name], window["unit"]
            if unit == "hour":
                other = (world.now + timedelta(hours=count)).astimezone(world.zone).date()
            else:
                other = step(today, count, unit)
            return (other, today) if sign < 0 else (today, other)
    first, behind = period(window, world)
    return first, behind - timedelta(days=1)


def span_of(window, world):
    """Start, end, and whether the end belongs to it."""

    def midnight(day):
        return datetime(day.year, day.month, day.day, tzinfo=world.zone)

    if "from" in window or "to" in window:
        ends = []
        for text in (window.get("from"), window.get("to")):
            if text is None:
                ends.append(None)
            elif len(text) == 10:
                ends.append(midnight(date.fromisoformat(text)))
            else:
                instant = datetime.fromisoformat(text)
                ends.append(instant if instant.tzinfo else instant.replace(tzinfo=world.zone))
        return (*ends, False)
    for name, sign in (("last", -1), ("next", 1)):
        if isinstance(window.get(name), int):
            count, unit = sign * window[name], window["unit"]
            if unit in ("hour", "day", "week"):
                hours = {"hour": 1, "day": 24, "week": 168}[unit]
                other = world.now + timedelta(hours=hours * count)
            else:
                local = world.now.astimezone(world.zone)
                day = step(local.date(), count, unit)
                other = local.replace(year=day.year, month=day.month, day=day.day)
            return (other, world.now, True) if sign < 0 else (world.now, other, True)
    first, behind = period(window, world)
    return midnight(first), midnight(behind), False


def step(day, count, unit):
    if unit in ("day", "week"):
        return day + timedelta(days=count * (7 if unit == "week" else 1))
    months = day.year * 12 + day.month - 1 + count * {"month": 1, "quarter": 3, "year": 12}[unit]
    year, month = months // 12, months % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def period(window, world):
    (name,) = [name for name in ("this", "previous", "next", "last") if name in window]
    unit, shift = window[name], {"this": 0, "next": 1}.get(name, -1)
    today = world.today
    first = {
        "day": today,
        "week": today - timedelta(days=today.weekday()),
        "month": today.replace(day=1),
        "quarter": date(today.year, {1: 1, 2: 4, 3: 7, 4: 10}[(today.month + 2) // 3], 1),
        "year": date(today.year, 1, 1),
        "fiscal_year": date(
            today.year if today.month >= world.fiscal_start else today.year - 1,
            world.fiscal_start,
            1,
        ),
    }[unit]
    unit = "year" if unit == "fiscal_year" else unit
    return step(first, shift, unit), step(first, shift + 1, unit)


# Rows of ``has``; ``did`` of the stream is counted the same way


def ask_has(tree, person, world):
    types = person.types[tree["has"]]
    at = "at"  # the field that says when
    rows = [
        row
        for row in person.rows.get(tree["has"], [])
        if row_fits(row, tree.get("where", []), types, world)
        and ("within" not in tree or within_row(row, at, types, tree["within"], world))
    ]
    times = tree.get("times", {"op": "gte", "value": 1})
    if not ask(times["op"], len(rows), NUMBER, times["value"], world):
        return False
    for word in ("sum", "min", "max", "first", "last"):
        if word in tree:
            asked = tree[word]
            found = reckon(word, asked["field"], rows, at)
            kind = types[asked["field"]]
            exact = asked.get("exact", False)
            if not ask(asked["op"], found, kind, asked.get("value"), world, exact=exact):
                return False
    return True


def row_fits(row, where, types, world):
    if isinstance(where, list):
        return all(row_fits(row, one, types, world) for one in where)
    if "all" in where:
        return all(row_fits(row, one, types, world) for one in where["all"])
    if "any" in where:
        return any(row_fits(row, one, types, world) for one in where["any"])
    if "not" in where:
        return not row_fits(row, where["not"], types, world)
    value, kind = row.get(where["field"]), types[where["field"]]
    exact = where.get("exact", False)
    return ask(where["op"], value, kind, where.get("value"), world, exact=exact)


def within_row(row, at, types, window, world):
    return row.get(at) is not None and inside(row[at], types[at], window, world)


def reckon(word, key, rows, at):
    if word in ("first", "last"):
        dated = sorted((row for row in rows if row.get(at) is not None), key=lambda r: r[at])
        if not dated:
            return rows[0].get(key) if rows else None
        return dated[0 if word == "first" else -1].get(key)
    values = [row[key] for row in rows if row.get(key) is not None]
    if not values:
        return None
    return {"sum": sum, "min": min, "max": max}[word](values)


LEAVES["has"] = ask_has

__all__ = ["LEAVES", "UTC", "Decimal", "Person", "World", "holds"]
