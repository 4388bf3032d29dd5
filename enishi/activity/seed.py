"""Invented activities for a large roll: two years of mails, what became of them, and visits.

Set-based: each month is a table that is filled without indexes and attached when it is ready.
Few members do most: somebody's rank decides how often they open, click and visit.
"""

import secrets
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import transaction

from enishi.core import clock
from enishi.core.bulk import rows, run
from enishi.core.seeding import NotPossible, Step, seeds

from . import partitions
from .kinds import every_kind
from .partitions import STREAM

MONTHS = 24
MAILS = 0.55  # of all activities, what mails and their opens and clicks are
A_MAIL = 1.46  # activities that one sent mail leads to, on average
A_VISIT = 3.27  # activities of one visit: pages, and perhaps a sign-in
CAMPAIGNS = 8  # a month

_PAGES = (
    "ARRAY['/', '/news', '/events', '/members', '/events/seminar', '/join', '/library',"
    " '/journal', '/contact', '/mypage', '/mypage/dues', '/events/summer', '/news/report',"
    " '/jobs', '/faq', '/committee']"
)


class EmptyRoll(NotPossible):
    """There are no members. Seed some first: enishi seed --members 100000 --activities 1000000."""


@dataclass(frozen=True)
class _Month:
    name: str
    begin: datetime
    end: datetime  # of the month, or now
    number: int

    def into(self, part: float) -> datetime:
        return self.begin + (self.end - self.begin) * part


@seeds("activities")
@transaction.atomic
def seed(count: int, step: Step) -> int:
    """Add ``count`` activities of the last two years. Raises EmptyRoll."""
    run("SET LOCAL work_mem = '256MB'")
    run("SET LOCAL maintenance_work_mem = '768MB'")
    with step("who"):
        people = _people()
    run("CREATE TEMPORARY SEQUENCE seed_activity")
    [[there]] = rows("SELECT count(*) FROM (SELECT FROM activity_seenid LIMIT %s) AS s", [count])
    bare = count > 20_000 and there < count
    if bare:
        run("ALTER TABLE activity_seenid DROP CONSTRAINT activity_seenid_pkey")
    made = 0
    months = _months()
    for month in months:
        with step(f"activities of {month.begin:%Y-%m}"):
            share = count * (month.number + 12) / sum(m.number + 12 for m in months)
            made += _fill(month, int(share * 0.99), people, count - made)
    with step("activities up to the number"):
        made += _pages(months[-1], count - made, people)
    with step("ledger of activities"):
        if bare:
            run("ALTER TABLE activity_seenid ADD CONSTRAINT activity_seenid_pkey PRIMARY KEY (id)")
        run("DROP SEQUENCE seed_activity")
        run("DROP TABLE seed_who")
    with step("statistics of activities"):
        run(f"ANALYZE {STREAM}")
        run("ANALYZE activity_seenid")
    return made


def _people() -> int:
    """Number those on the roll in an order that has nothing to do with their ids."""
    run(
        "CREATE TEMPORARY TABLE seed_who ON COMMIT DROP AS"
        " SELECT row_number() OVER (ORDER BY hashint8extended(id, 77)) - 1 AS n, id"
        " FROM members_member WHERE deleted_at IS NULL"
    )
    run("ANALYZE seed_who")
    [[people]] = rows("SELECT count(*) FROM seed_who")
    if not people:
        raise EmptyRoll
    return int(people)


def _months() -> list[_Month]:
    now = clock.now()
    year, month = partitions.month_of(now)
    found = []
    for number in range(MONTHS):
        y, m = divmod(year * 12 + month - MONTHS + number, 12)
        begin = datetime(y, m + 1, 1, tzinfo=UTC)
        end = datetime(y + (m + 1) // 12, (m + 1) % 12 + 1, 1, tzinfo=UTC)
        end = min(end - timedelta(seconds=1), now)
        found.append(_Month(f"{STREAM}_{y:04}_{m + 1:02}", begin, end, number))
    return found


def _fill(month: _Month, wanted: int, people: int, most: int) -> int:
    """Mails with what became of them, and visits, into one month."""
    into = _begin(month)
    values = _values(month, people)
    made = 0
    sends = int(min(wanted * MAILS, most) / A_MAIL)
    if sends:
        made += run(_into(into, _MAILS), {**values, "count": sends})
    visits = int((min(wanted, most) - made) / A_VISIT)
    if visits > 0:
        made += run(_into(into, _VISITS), {**values, "count": visits})
    if into != STREAM:
        run(f"INSERT INTO activity_seenid (id) SELECT id FROM {into}")
        _attach(month)
    return made


def _pages(month: _Month, count: int, people: int) -> int:
    """Single page views, to make the number whole."""
    if count <= 0:
        return 0
    return run(_into(STREAM, _SINGLE), {**_values(month, people), "count": count})


def _values(month: _Month, people: int) -> dict[str, object]:
    kinds = {key: kind.pk for key, kind in every_kind().items()}
    return {
        "prefix": f"{int(time.time() * 1000):012x}7{secrets.token_hex(2)[:3]}8",
        "begin": month.begin,
        "seconds": (month.end - month.begin).total_seconds(),
        "end": month.end,
        "people": people,
        "first": month.number * CAMPAIGNS + 1,
        "salt": secrets.randbelow(2**31),
        **{key.replace(".", "_"): pk for key, pk in kinds.items() if key[:4] in ("mail", "site")},
    }


def _begin(month: _Month) -> str:
    """The table to fill: the month's own, detached, if nothing is in it yet; else the stream."""
    if month.name in partitions.present():
        if rows(f"SELECT 1 FROM {month.name} LIMIT 1"):
            return STREAM
        run(f"DROP TABLE {month.name}")
    elif f"{STREAM}_{month.begin.year:04}" in partitions.present():
        return STREAM
    run(f"CREATE TABLE {month.name} (LIKE {STREAM} INCLUDING DEFAULTS INCLUDING CONSTRAINTS)")
    return month.name


def _attach(month: _Month) -> None:
    """With its indexes, as attaching would make them; a check spares reading all rows again."""
    begin, end = partitions.span_of(month.name)
    low, high = f"'{begin} 00:00:00+00'", f"'{end} 00:00:00+00'"
    for number, (definition,) in enumerate(
        rows(
            "SELECT pg_get_indexdef(indexrelid) FROM pg_index WHERE indrelid = %s::regclass",
            [STREAM],
        )
    ):
        _head, _on, rest = definition.partition(" USING ")
        run(f"CREATE INDEX {month.name}_{number} ON {month.name} USING {rest}")
    run(f"ALTER TABLE {month.name} ADD CONSTRAINT span CHECK (at >= {low} AND at < {high})")
    run(f"ALTER TABLE {STREAM} ATTACH PARTITION {month.name} FOR VALUES FROM ({low}) TO ({high})")
    run(f"ALTER TABLE {month.name} DROP CONSTRAINT span")


def _into(table: str, statement: str) -> str:
    """The statement that fills ``table``; the stream itself is filled through the ledger."""
    columns = "at, member_id, id, kind_id, machine, object, props"
    if table != STREAM:
        return f"INSERT INTO {table} ({columns}) {statement}"
    return (
        f"WITH made ({columns}) AS MATERIALIZED ({statement}), seen AS"
        " (INSERT INTO activity_seenid (id) SELECT id FROM made)"
        f" INSERT INTO {STREAM} ({columns}) SELECT {columns} FROM made"
    )


def _share(salt: int, of: str = "i") -> str:
    """A number from 0 up to 1 that looks random, the same for the same row."""
    return (
        f"((hashint8extended({of}, %(salt)s + {salt}) & 1099511627775) / 1099511627776.0::float8)"
    )


_ID = "(%(prefix)s || lpad(to_hex(nextval('seed_activity')), 15, '0'))::uuid"
# The rank of whoever does something of their own accord: low ranks are many times likelier.
_RANK = f"floor(power({_share(1)}, 2.4) * %(people)s)::bigint"

# A mail goes to anybody; whether it is opened and clicked depends on the rank (n).
_MAILS = f"""
    SELECT least(sent + what.later * interval '1 second', %(end)s), id, {_ID}, what.kind::smallint,
        what.machine, CASE WHEN what.link THEN '/c/' || campaign || '/' || (i %% 5) ELSE '' END,
        CASE WHEN what.link
            THEN jsonb_build_object('campaign', campaign, 'link', 'l' || (i %% 5))
            ELSE jsonb_build_object('campaign', campaign) END
    FROM (
        SELECT i, who.id, n,
            %(first)s + (i %% {CAMPAIGNS}) AS campaign,
            %(begin)s + (i %% {CAMPAIGNS} + {_share(2)} * 0.02)
                * %(seconds)s / {CAMPAIGNS} * interval '1 second' AS sent,
            {_share(3)} AS luck, {_share(4)} AS delay,
            0.75 * power(1 - n / %(people)s::float8, 1.5) AS keen
        FROM generate_series(1, %(count)s::bigint) AS i
        JOIN seed_who AS who ON who.n = floor({_share(5)} * %(people)s)::bigint
    ) AS mail
    CROSS JOIN LATERAL (
        VALUES (%(mail_sent)s, true, 0, false, false),
            (%(mail_opened)s, luck < keen, 120 + 86400 * 3 * power(delay, 3), false, false),
            (%(mail_opened)s, luck > 0.94, 2, true, false),
            (%(mail_clicked)s, luck < keen * 0.16, 200 + 86400 * 3 * power(delay, 3), false, true),
            (%(mail_clicked)s, luck > 0.985, 3, true, true),
            (%(mail_bounced)s, luck > 0.9 AND luck < 0.908, 5, false, false),
            (%(mail_unsubscribed)s, luck > 0.8 AND luck < 0.801, 4000, false, false)
    ) AS what (kind, happens, later, machine, link)
    WHERE what.happens
"""

_PAGE = f"({_PAGES})[1 + floor(power({_share(8)}, 2) * 16)::int]"
_VISITS = f"""
    SELECT least(came + what.step * 40 * interval '1 second', %(end)s), id, {_ID},
        what.kind::smallint, false, CASE WHEN what.step > 0 THEN visit.page ELSE '' END,
        CASE WHEN i %% 3 = 0 THEN '{{"device": "computer"}}'::jsonb
            ELSE '{{"device": "phone"}}'::jsonb END
    FROM (
        SELECT i, who.id, %(begin)s + {_share(6)} * %(seconds)s * interval '1 second' AS came,
            {_share(7)} AS luck, {_PAGE} AS page
        FROM generate_series(1, %(count)s::bigint) AS i
        JOIN seed_who AS who ON who.n = {_RANK}
    ) AS visit
    CROSS JOIN LATERAL (
        VALUES (%(site_signed_in)s, 0, luck < 0.45), (%(site_viewed)s, 1, true),
            (%(site_viewed)s, 2, luck < 0.75), (%(site_viewed)s, 3, luck < 0.5),
            (%(site_viewed)s, 4, luck < 0.3), (%(site_viewed)s, 5, luck < 0.2)
    ) AS what (kind, step, happens)
    WHERE what.happens
"""

_SINGLE = f"""
    SELECT %(begin)s + {_share(6)} * %(seconds)s * interval '1 second', who.id, {_ID},
        %(site_viewed)s::smallint, false, {_PAGE}, '{{"device": "phone"}}'::jsonb
    FROM generate_series(1, %(count)s::bigint) AS i
    JOIN seed_who AS who ON who.n = {_RANK}
"""
