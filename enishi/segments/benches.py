"""``enishi bench segments``: twelve standard rules on a million members with ten million
activities, each beside the same question in the best SQL that we can write by hand.
"""

# ruff: noqa: E501, S608 (statements of this file only, with placeholders for values)

import os
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import connection

from enishi.core import ground
from enishi.core.bench import Report, bench
from enishi.core.bulk import rows, run
from enishi.members.conditions import Moment, Rule, Subject, Type, has_source, parse

from . import actions
from .models import Segment

TIMES = 7
MEDIAN_MS = 300
RATIO = 1.3

ABSENT = {"last": 90, "unit": "day"}


@dataclass(frozen=True)
class Standard:
    """A rule, and the same question by hand: SQL over ``m`` with named parameters."""

    name: str
    rule: Any
    where: str


def _field(field: str, op: str, value: Any) -> dict[str, Any]:
    return {"field": field, "op": op, "value": value}


def _did(kind: str, **more: Any) -> dict[str, Any]:
    return {"did": kind, **more}


def _ever(kind: str, more: str = "") -> str:
    """Those who did it, as a set."""
    return (
        f"(SELECT a.member_id FROM activity_activity a WHERE a.kind_id = %({kind})s"
        f" AND a.machine = false {more})"
    )


STANDARD = (
    Standard(
        "1 own field is",
        _field("data.job", "eq", "看護師"),
        "m.data ->> 'job' = '看護師'",
    ),
    Standard(
        "2 number between",
        _field("data.points", "between", [100, 199]),
        "(m.data ->> 'points')::int BETWEEN 100 AND 199",
    ),
    Standard(
        "3 age 30 to 39",
        _field("age", "between", [30, 39]),
        "COALESCE(m.birth_date, '0001-01-01') > (%(today)s::date - interval '40 years')::date"
        " AND COALESCE(m.birth_date, '0001-01-01') <= (%(today)s::date - interval '30 years')::date",
    ),
    Standard(
        "4 tag",
        _field("tags", "has_any", ["優良"]),
        "m.id IN (SELECT t.member_id FROM members_membertag t WHERE t.tag_id = %(tag)s)",
    ),
    Standard(
        "5 prefecture, own field, not opened in 90 days",
        {
            "all": [
                _field("prefecture", "eq", "東京都"),
                _field("data.job", "eq", "看護師"),
                {"not": _did("mail.opened", within=ABSENT)},
            ]
        },
        "m.prefecture = '東京都' AND m.data ->> 'job' = '看護師' AND NOT EXISTS (SELECT 1"
        " FROM activity_activity a WHERE a.member_id = m.id AND a.kind_id = %(mail_opened)s"
        " AND a.machine = false AND a.at BETWEEN %(days90)s AND %(now)s)",
    ),
    Standard(
        "6 clicked a link in 30 days",
        _did(
            "mail.clicked",
            where=[_field("link", "eq", "l3")],
            within={"last": 30, "unit": "day"},
        ),
        "m.id IN "
        + _ever(
            "mail_clicked", "AND a.at BETWEEN %(days30)s AND %(now)s AND a.props ->> 'link' = 'l3'"
        ),
    ),
    Standard(
        "7 opened 3 times in 90 days",
        _did("mail.opened", times={"op": "gte", "value": 3}, within=ABSENT),
        f"m.id IN {_ever('mail_opened', 'AND a.at BETWEEN %(days90)s AND %(now)s GROUP BY a.member_id HAVING count(*) >= 3 OFFSET 0')}",
    ),
    Standard(
        "8 never opened",
        {"not": _did("mail.opened")},
        "NOT EXISTS (SELECT 1 FROM activity_activity a WHERE a.member_id = m.id"
        " AND a.kind_id = %(mail_opened)s AND a.machine = false)",
    ),
    Standard(
        "9 joined this fiscal year",
        _field("joined_on", "within", {"this": "fiscal_year"}),
        "COALESCE(m.joined_on, '0001-01-01') >= %(fiscal_start)s"
        " AND COALESCE(m.joined_on, '0001-01-01') < %(fiscal_end)s",
    ),
    Standard(
        "10 last sign-in over 180 days ago",
        {
            "all": [
                _did("site.signed_in"),
                {"not": _did("site.signed_in", within={"last": 180, "unit": "day"})},
            ]
        },
        f"m.id IN {_ever('site_signed_in', 'GROUP BY a.member_id HAVING max(a.at) < %(days180)s OFFSET 0')}",
    ),
    Standard(
        "11 segment without a segment",
        {"all": [{"in_segment": "first"}, {"not": {"in_segment": "second"}}]},
        "m.id IN (SELECT member_id FROM segments_segmentmember WHERE segment_id = %(first)s)"
        " AND NOT EXISTS (SELECT 1 FROM segments_segmentmember k WHERE k.segment_id = %(second)s"
        " AND k.member_id = m.id)",
    ),
    Standard(
        "12 sum of amounts",
        {
            "has": "bench_payment",
            "where": [_field("paid_on", "within", {"last": 365, "unit": "day"})],
            "sum": {"field": "amount", "op": "gte", "value": 30000},
        },
        "m.id IN (SELECT p.member_id FROM bench_payment p WHERE p.paid_on BETWEEN"
        " %(today)s::date - 365 AND %(today)s::date GROUP BY p.member_id HAVING sum(p.amount) >= 30000 OFFSET 0)",
    ),
)


@bench("segments")
def segments(report: Report) -> None:
    """Counts of the twelve, beside SQL by hand; ENISHI_BENCH_MEMBERS and _ACTIVITIES shrink it."""
    members, many = ground.members_wanted(), ground.activities_wanted()
    with ground.filled(members, many) as took:
        if took:
            note = ", ".join(f"{step} {s:.0f}" for step, s in took.items() if s >= 5)
            budget = 360.0 if members >= ground.USUAL else None
            report.measure("seed", sum(took.values()), "s", budget=budget, note=note)
        values = _lay_out()
        medians = [_measure(report, one, values) for one in STANDARD]
        report.measure("median of the twelve", statistics.median(medians), "ms", budget=MEDIAN_MS)
        busy = os.getloadavg()[1]
        report.measure(
            "load of the machine (5 minutes)", busy, "", note="above 2: others worked too"
        )


def _lay_out() -> dict[str, Any]:
    """Payments, two segments, and the values that the statements by hand need."""
    has_source(
        "bench_payment",
        "Payments",
        table="bench_payment r",
        fields={
            "amount": Subject("amount", "Amount", Type.NUMBER, "r.amount", nullable=False),
            "paid_on": Subject("paid_on", "Paid", Type.DATE, "r.paid_on", nullable=False),
        },
        at="paid_on",
    )
    if rows("SELECT to_regclass('bench_payment')") == [(None,)]:
        run(
            "CREATE TABLE bench_payment AS SELECT m.id AS member_id,"
            " (1 + abs(hashint8(m.id * 7 + n)) %% 30) * 1000 AS amount,"
            " current_date - abs(hashint8(m.id * 11 + n)) %% 1000 AS paid_on"
            " FROM members_member m, generate_series(1, 2) AS n"
        )
        run("CREATE INDEX ON bench_payment (member_id)")
        run("VACUUM (ANALYZE) bench_payment")
    at = Moment.current()
    fiscal_start, fiscal_end = at.period("fiscal_year", 0)
    [[tag]] = rows("SELECT id FROM members_tag WHERE name = '優良'")
    kinds = dict(rows("SELECT replace(key, '.', '_'), id FROM activity_kind"))
    return {
        **kinds,
        "now": at.now,
        "today": at.today,
        "days30": at.shifted(-30, "day"),
        "days90": at.shifted(-90, "day"),
        "days180": at.shifted(-180, "day"),
        "fiscal_start": fiscal_start,
        "fiscal_end": fiscal_end,
        "tag": tag,
        "first": _stored("bench: members of full age", _did("mail.clicked")),
        "second": _stored("bench: signed in", _did("site.signed_in")),
    }


def _stored(name: str, rule: Any) -> int:
    found = Segment.objects.filter(name=name).first()
    if found is None:
        found = actions.create(name=name, rule=rule, by=None)
    if not found.is_current:
        actions.refresh(found)
        run("VACUUM (ANALYZE) segments_segmentmember")
    return int(found.pk)


def _measure(report: Report, one: Standard, values: dict[str, Any]) -> float:
    rule = parse(_named(one.rule, values))
    by_hand = f"SELECT count(*) FROM members_member m WHERE m.deleted_at IS NULL AND {one.where}"

    def compiled() -> int:
        return rule.count()

    def written() -> int:
        return int(rows(by_hand, values)[0][0])

    ours, theirs = compiled(), written()
    if abs(ours - theirs) > 50:  # the clock goes on between the two
        ground.say(f"  {one.name}: {ours} by rule, {theirs} by hand")
    times, bare = _alternating(compiled, written)
    report.measure(one.name, times, "ms", baseline=bare, note=f"{ours:,} members")
    ratio = times / bare
    report.measure(f"{one.name}: × by hand", ratio, "times", budget=RATIO)
    if ratio > RATIO or os.environ.get("ENISHI_BENCH_EXPLAIN"):
        ground.say(_plan(rule))
    return times


def _alternating(*works: Callable[[], object]) -> list[float]:
    """The median of milliseconds of each, asked by turns: what else runs disturbs all alike."""
    took: list[list[float]] = [[] for _ in works]
    for _ in range(TIMES):
        for number, work in enumerate(works):
            began = time.perf_counter()
            work()
            took[number].append((time.perf_counter() - began) * 1000)
    return [statistics.median(times) for times in took]


def _named(rule: Any, values: dict[str, Any]) -> Any:
    """The rule with the numbers of the segments that it names."""
    if isinstance(rule, dict):
        return {
            key: values[value] if key == "in_segment" else _named(value, values)
            for key, value in rule.items()
        }
    return [_named(value, values) for value in rule] if isinstance(rule, list) else rule


def _plan(rule: Rule) -> str:
    sql, params = rule.members().order_by().values("pk").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(
            f"EXPLAIN (ANALYZE, BUFFERS, COSTS OFF) SELECT count(*) FROM ({sql}) AS x", params
        )
        return "\n".join(str(line)[:200] for (line,) in cursor.fetchall())
