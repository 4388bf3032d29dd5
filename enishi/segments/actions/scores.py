"""Scores: how lately, how often and with how much money members take part (RFM).

Worked out anew each night, in one statement, from what members did in the last year. Every figure
is a fixed step and not a rank among others, so that it can be explained to whoever asks:

======  ==========================  ==========================  ==========================
 step    R: last activity            F: active days in a year    M: spent in a year (yen)
======  ==========================  ==========================  ==========================
   5     within 14 days              24 or more                  100,000 or more
   4     within 30 days              12 or more                  30,000 or more
   3     within 90 days              6 or more                   10,000 or more
   2     within 180 days             2 or more                   more than nothing
   1     longer ago, or never        1 or none                   nothing
======  ==========================  ==========================  ==========================

Groups, the first that fits: *dormant* R 1; *champion* F 4 or 5 and R 3 or more; *at risk* R 2, or
F 3 or more with less than half of the usual active days in the last 90 days; *steady* the rest.
The activity score (0 to 100) weighs each active day by how long ago it is: it counts half after
30 days. What is only done to members (a mail sent) and what machines do does not count.
"""

from dataclasses import dataclass

from django.db import connection, transaction

from enishi.activity.models import Kind
from enishi.core.facts import announce
from enishi.members.conditions import Moment
from enishi.segments.facts import ScoresComputed
from enishi.segments.models import Score

from .touching import touch

FIELDS = ("score.group", "score.activity", "score.r", "score.f", "score.m")
PASSIVE = (".sent", ".delivered", ".bounced", ".failed", ".unsubscribed", ".complained")
MONEY = "amount"  # the property of an activity that tells what was paid, in yen
R_STEPS = ((5, 14), (4, 30), (3, 90), (2, 180))  # step, days
F_STEPS = ((5, 24), (4, 12), (3, 6), (2, 2))  # step, active days
M_STEPS = ((5, 100_000), (4, 30_000), (3, 10_000), (2, 1))  # step, yen

_COMPUTE = """
    WITH done AS (
        SELECT a.member_id, (a.at AT TIME ZONE %(zone)s)::date AS day, max(a.at) AS last_at,
            COALESCE(sum(CASE WHEN a.kind_id = ANY(%(paying)s)
                AND jsonb_typeof(a.props -> 'amount') = 'number'
                THEN (a.props ->> 'amount')::numeric END), 0) AS amount
        FROM activity_activity a
        WHERE NOT a.machine AND a.kind_id = ANY(%(kinds)s)
            AND a.at > %(now)s - interval '365 days' AND a.at <= %(now)s
        GROUP BY 1, 2
    ), summed AS (
        SELECT member_id, max(last_at) AS last_at, count(*) AS days,
            count(*) FILTER (WHERE day > %(today)s::date - 90) AS days_90,
            sum(amount) AS amount,
            sum(power(0.5, (%(today)s::date - day) / 30.0)) AS weight
        FROM done GROUP BY member_id
    ), stepped AS (
        SELECT m.id AS member_id, s.last_at,
            LEAST(COALESCE(s.days, 0), 366) AS days, COALESCE(s.days_90, 0) AS days_90,
            LEAST(GREATEST(COALESCE(s.amount, 0), 0), 1e15)::bigint AS amount,
            CASE {recency} ELSE 1 END AS recency,
            CASE {frequency} ELSE 1 END AS frequency,
            CASE {monetary} ELSE 1 END AS monetary,
            round(100 * (1 - exp(-COALESCE(s.weight, 0) / 8)))::int AS activity
        FROM members_member m LEFT JOIN summed s ON s.member_id = m.id
        WHERE m.deleted_at IS NULL
    ), grouped AS (
        SELECT *, CASE
            WHEN recency = 1 THEN 'dormant'
            WHEN frequency >= 4 AND recency >= 3 THEN 'champion'
            WHEN recency = 2 THEN 'at_risk'
            WHEN frequency >= 3 AND days_90 * 8 < days THEN 'at_risk'
            ELSE 'steady' END AS "group"
        FROM stepped
    )
    INSERT INTO segments_score AS old (member_id, last_at, days, days_90, amount,
        recency, frequency, monetary, activity, "group", at)
    SELECT member_id, last_at, days, days_90, amount, recency, frequency, monetary, activity,
        "group", %(now)s FROM grouped
    ON CONFLICT (member_id) DO UPDATE SET last_at = excluded.last_at, days = excluded.days,
        days_90 = excluded.days_90, amount = excluded.amount, recency = excluded.recency,
        frequency = excluded.frequency, monetary = excluded.monetary,
        activity = excluded.activity, "group" = excluded."group", at = excluded.at
    WHERE (old.last_at, old.days, old.days_90, old.amount, old.recency, old.frequency,
            old.monetary, old.activity, old."group")
        IS DISTINCT FROM (excluded.last_at, excluded.days, excluded.days_90, excluded.amount,
            excluded.recency, excluded.frequency, excluded.monetary, excluded.activity,
            excluded."group")
"""


@transaction.atomic
def compute() -> int:
    """Work out the scores of everybody; returns how many are other than before."""
    at = Moment.current()
    kinds = [kind for kind in Kind.objects.all() if not kind.key.endswith(PASSIVE)]
    with connection.cursor() as cursor:
        cursor.execute(
            _COMPUTE.format(
                recency=_recency(),
                frequency=_steps(F_STEPS, "s.days"),
                monetary=_steps(M_STEPS, "s.amount"),
            ),
            {
                "zone": str(at.zone),
                "now": at.now,
                "today": at.today,
                "kinds": [kind.pk for kind in kinds],
                "paying": [kind.pk for kind in kinds if MONEY in kind.props],
            },
        )
        changed = int(cursor.rowcount)
    if changed:
        announce(ScoresComputed(about=None, by=None, changed=changed))
        touch(members=None, fields=FIELDS)
    return changed


def _recency() -> str:
    whens = (
        f"WHEN s.last_at > %(now)s - interval '{days} days' THEN {step}" for step, days in R_STEPS
    )
    return " ".join(whens)


def _steps(steps: tuple[tuple[int, int], ...], value: str) -> str:
    return " ".join(f"WHEN {value} >= {least} THEN {step}" for step, least in steps)


@dataclass(frozen=True)
class Spread:
    """How many members there are of a group."""

    group: str
    count: int


def spread() -> list[Spread]:
    """The groups with their sizes, among those who are active members now."""
    with connection.cursor() as cursor:
        cursor.execute(
            'SELECT s."group", count(*) FROM segments_score s JOIN members_member m'
            " ON m.id = s.member_id WHERE m.deleted_at IS NULL AND m.status = 'active' GROUP BY 1"
        )
        return [Spread(group, count) for group, count in cursor.fetchall()]


def computed() -> bool:
    """Whether scores were ever worked out."""
    return Score.objects.exists()
