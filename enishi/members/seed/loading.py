"""Seeding: the steps, in one transaction, with the time that each took."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field

from django.db import transaction

from enishi.core import clock
from enishi.core.bulk import rows, run
from enishi.core.facts import announce
from enishi.members.facts import MembersSeeded

from . import drawing, statements
from .bare import without_indexes
from .numbering import number_lives

BARE_FROM = 20_000  # from this many rows on, building the indexes afterwards is quicker


class NotYet(Exception):
    """Activities cannot be made yet: no part of Enishi keeps them. Leave out --activities."""


@dataclass
class Seeded:
    """What was made, and the seconds that each step took."""

    members: int
    first_id: int
    last_id: int
    seconds: dict[str, float] = field(default_factory=dict)


def seed(members: int, activities: int = 0, *, say: Callable[[str], None] = print) -> Seeded:
    """Add ``members`` invented members to the roll, with periods and search index.

    All or nothing. When more is added than there is, the indexes are made anew at the end, and
    nobody else can use the roll until then. The same call on an empty database makes the same
    members (dates are relative to today). Raises NotYet for activities.
    """
    if activities:
        raise NotYet
    steps = _Steps(say)
    with transaction.atomic():
        seeded = _seed(members, steps)
        announce(MembersSeeded(about=None, by=None, count=members))
    with steps("statistics"):
        for table in ("member", "statusperiod", "searchentry"):
            run(f"ANALYZE members_{table}")
    seeded.seconds = steps.seconds
    return seeded


class _Steps:
    """Tells what is being done and how long it took."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self.say = say
        self.seconds: dict[str, float] = {}

    @contextmanager
    def __call__(self, name: str) -> Iterator[None]:
        began = time.monotonic()
        yield
        self.seconds[name] = round(time.monotonic() - began, 2)
        self.say(f"  {name}: {self.seconds[name]:.1f} s")


def _seed(count: int, steps: _Steps) -> Seeded:
    run("SELECT pg_advisory_xact_lock(hashtext('members.seed'))")
    run("SET LOCAL work_mem = '256MB'")
    run("SET LOCAL maintenance_work_mem = '768MB'")
    [[there]] = rows("SELECT count(*) FROM (SELECT FROM members_member LIMIT %s) AS found", [count])
    bare = without_indexes if count >= BARE_FROM and there < count else _as_it_is
    with steps("names and towns"):
        drawing.lay_out()
    first = _reserve(count)
    last = first + count - 1
    span = {"first": first, "last": last, "now": clock.now(), "today": clock.today()}
    with steps("lives and numbers"):
        run(statements.LIVES, span)
        number_lives()
    for step, table, statement in (
        ("members", "members_member", statements.MEMBERS),
        ("status periods", "members_statusperiod", statements.PERIODS),
        ("search", "members_searchentry", statements.SEARCH_ENTRIES),
    ):
        with bare(table, steps(f"indexes of {step}")), steps(step):
            run(statement, span)
    for table in ("life", "place", "counter", "number", *drawing.TABLES):
        run(f"DROP TABLE seed_{table}")
    return Seeded(count, first, last)


def _reserve(count: int) -> int:
    """Ids for ``count`` members; the first of them."""
    [[first]] = rows("SELECT nextval(pg_get_serial_sequence('members_member', 'id'))")
    run(
        "SELECT setval(pg_get_serial_sequence('members_member', 'id'), %s)",
        [first + count - 1],
    )
    return int(first)


def _as_it_is(_table: str, _building: object) -> nullcontext[None]:
    return nullcontext()
