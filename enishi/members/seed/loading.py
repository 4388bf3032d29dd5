"""Seeding: the steps, in one transaction, with the time that each took."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field

from django.db import transaction

from enishi.core import clock
from enishi.core.bulk import rows, run
from enishi.core.facts import announce
from enishi.core.seeding import SEEDERS, NotPossible, Step, seeds
from enishi.members.facts import MembersSeeded
from enishi.members.models import Field, Tag

from . import drawing, statements
from .bare import without_indexes
from .numbering import number_lives

BARE_FROM = 20_000  # from this many rows on, building the indexes afterwards is quicker


class NotYet(NotPossible):
    """Activities cannot be made: no part of Enishi keeps them here. Leave out --activities."""


@dataclass
class Seeded:
    """What was made, and the seconds that each step took. Ids are 0 where no member was made."""

    members: int
    first_id: int = 0
    last_id: int = 0
    activities: int = 0
    seconds: dict[str, float] = field(default_factory=dict)


def seed(members: int, activities: int = 0, *, say: Callable[[str], None] = print) -> Seeded:
    """Add ``members`` invented members to the roll, with periods, tags, the own fields “job” and
    “points”, and search index; then ``activities`` of whoever is on the roll.

    Either is all or nothing. When more is added than there is, the indexes are made anew at the
    end, and nobody else can use the roll until then. The same call on an empty database makes the
    same members (dates are relative to today). Raises NotYet where nothing keeps activities, and
    what the seeder of activities raises.
    """
    if activities and "activities" not in SEEDERS:
        raise NotYet
    steps = _Steps(say)
    seeded = Seeded(0)
    if members:
        with transaction.atomic():
            seeded = _seed(members, steps)
            announce(MembersSeeded(about=None, by=None, count=members))
        with steps("statistics"):
            for table in ("member", "statusperiod", "searchentry", "membertag"):
                run(f"ANALYZE members_{table}")
    if activities:
        seeded.activities = SEEDERS["activities"](activities, steps)
    seeded.seconds = steps.seconds
    return seeded


@seeds("members")
def seed_members(count: int, step: Step) -> int:
    """The same for ``enishi.core.ground``."""
    with transaction.atomic():
        made = _seed(count, step)
        announce(MembersSeeded(about=None, by=None, count=count))
    return made.members


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


def _seed(count: int, steps: Step) -> Seeded:
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
    _fields_and_tags()
    with steps("lives and numbers"):
        run(statements.LIVES, span)
        number_lives()
    for step, table, statement in (
        ("members", "members_member", statements.MEMBERS),
        ("status periods", "members_statusperiod", statements.PERIODS),
        ("search", "members_searchentry", statements.SEARCH_ENTRIES),
        ("tags", "members_membertag", statements.TAGS),
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


def _fields_and_tags() -> None:
    """What the seeded members have, unless the office has its own of that name."""
    for key, label, type_ in (("job", "職業", "text"), ("points", "ポイント", "integer")):
        if not Field.objects.filter(key=key).exists():
            Field.objects.create(key=key, label_ja=label, type=type_)
    for name in statements.TAG_NAMES:
        Tag.objects.get_or_create(name=name)


def _as_it_is(_table: str, _building: object) -> nullcontext[None]:
    return nullcontext()
