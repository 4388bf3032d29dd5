"""The scan of the whole roll: read once, block, compare the candidates, keep what is likely."""

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Protocol

import polars as pl
from django.db import connection, transaction
from django.utils.translation import gettext as _

from enishi.core import clock
from enishi.core.bulk import copy_rows, raw_cursor, rows, run
from enishi.members.models import DuplicateScan, Member

from .blocks import Blocks
from .folding import COLUMNS, Person, of_values
from .odds import KEPT_NAMES, Counts, Odds
from .reasons import kept
from .scoring import KEPT, verdict

AT_ONCE = 20_000  # candidates compared in one go
SMALL = 5_000  # members up to which a roll is looked through whenever somebody asks
SCANS_KEPT = 10
_ONE_AT_A_TIME = 0x6475706C  # "dupl": an advisory lock


class Reporting(Protocol):
    """Whom the scan tells how far it is; a job's Progress is one."""

    def start(self, total: int | None, unit_note: str = "") -> None: ...
    def at(self, done: int) -> None: ...
    def say(self, text: str) -> None: ...
    def stop_if_cancelled(self) -> None: ...


class Silent:
    """Nobody listens."""

    def start(self, total: int | None, unit_note: str = "") -> None: ...
    def at(self, done: int) -> None: ...
    def say(self, text: str) -> None: ...
    def stop_if_cancelled(self) -> None: ...


def run_scan(progress: Reporting | None = None, *, least: int = KEPT) -> DuplicateScan:
    """Look through everybody on the roll and keep the pairs that score ``least`` or more."""
    progress = progress or Silent()
    with transaction.atomic():
        run("SELECT pg_advisory_xact_lock(%s)", [_ONE_AT_A_TIME])
        began = clock.now()
        blocks, counts = Blocks(), Counts()
        [[members]] = rows("SELECT count(*) FROM members_member WHERE deleted_at IS NULL")
        progress.start(members)
        progress.say(_("Reading the roll"))
        for i, one in enumerate(everybody()):
            blocks.add(one)
            counts.add(one)
            if i % 1000 == 0:
                progress.at(i)
                progress.stop_if_cancelled()
        progress.say(_("Looking for members who share something"))
        pairs = blocks.pairs()
        del blocks
        odds = counts.odds(_shared())
        progress.start(pairs.height)
        progress.say(_("Comparing"))
        _fresh_table()
        done = found = 0
        for part in pairs.iter_slices(AT_ONCE):
            found += copy_rows("found_pairs", _FOUND_COLUMNS, _compared(part, odds, least))
            done += part.height
            progress.at(done)
            progress.stop_if_cancelled()
        _take_over(began)
        scan = DuplicateScan.objects.create(
            at=began,
            members=members,
            candidates=pairs.height,
            found=found,
            odds=odds.as_json(),
        )
        old = DuplicateScan.objects.values_list("pk", flat=True)[SCANS_KEPT:]
        DuplicateScan.objects.filter(pk__in=list(old)).delete()
    return scan


_FOUND_COLUMNS = ("first_id", "second_id", "score", "reasons")
_NAMES = ", ".join(f"m.{name}" for name in COLUMNS)
_FURTHER = (
    "(SELECT array_agg(f.email) FROM members_furtheremail f WHERE f.member_id = m.id)"  # few have
)


def everybody() -> Iterator[Person]:
    """All present members in the order of their ids, read in steps on the one connection."""
    further: dict[int, list[str]] = {}
    for member_id, email in rows("SELECT member_id, email FROM members_furtheremail"):
        further.setdefault(member_id, []).append(email)
    columns = ", ".join(COLUMNS)
    with raw_cursor() as cursor:
        cursor.execute(
            "DECLARE everybody NO SCROLL CURSOR FOR"  # noqa: S608
            f" SELECT {columns} FROM members_member WHERE deleted_at IS NULL"
        )
        while batch := cursor.execute("FETCH 5000 FROM everybody").fetchall():
            for values in batch:
                yield of_values(values, further.get(values[0], ()))
        cursor.execute("CLOSE everybody")


def _shared() -> list[tuple[str, int]]:
    """Telephones and e-mails that three or more members have, the most frequent ones."""
    statement = """
        SELECT value, count(*) FROM (
            SELECT phone AS value FROM members_member WHERE phone <> '' AND deleted_at IS NULL
            UNION ALL
            SELECT mobile FROM members_member WHERE mobile <> '' AND deleted_at IS NULL
            UNION ALL
            SELECT lower(email) FROM members_member WHERE email <> '' AND deleted_at IS NULL
        ) AS v GROUP BY value HAVING count(*) > 2 ORDER BY count(*) DESC LIMIT %s
    """
    return [(value, n) for value, n in rows(statement, [10 * KEPT_NAMES])]


def people(ids: Iterable[int]) -> dict[int, Person]:
    """These members as they are compared, by id."""
    found = rows(
        f"SELECT {_FURTHER}, {_NAMES} FROM members_member m WHERE m.id = ANY(%s)",  # noqa: S608
        [list(ids)],
    )
    return {values[1]: of_values(values[1:], values[0] or ()) for values in found}


def _fresh_table() -> None:
    run("DROP TABLE IF EXISTS found_pairs")
    run(
        "CREATE TEMPORARY TABLE found_pairs (first_id bigint, second_id bigint, score int,"
        " reasons jsonb) ON COMMIT DROP"
    )


def _compared(part: pl.DataFrame, odds: Odds, least: int) -> list[tuple[int, int, int, str]]:
    """The pairs that score ``least`` or more, as rows of the work table."""
    known = people(pl.concat([part["first"], part["second"]]).unique().to_list())
    found = []
    for first, second in part.iter_rows():
        score, reasons = verdict(known[first], known[second], odds)
        if score >= least:
            found.append((first, second, score, json.dumps(kept(reasons), ensure_ascii=False)))
    return found


def is_fresh() -> bool:
    """Whether nobody has been added or changed since the last scan."""
    scan = DuplicateScan.objects.only("at").first()
    return scan is not None and not Member.objects.filter(updated_at__gt=scan.at).exists()


def keep_fresh() -> None:
    """Scan now if something has changed and the roll is small enough for a page to wait."""
    [[about]] = rows(
        "SELECT count(*) FROM (SELECT 1 FROM members_member LIMIT %s) AS m", [SMALL + 1]
    )
    if about > SMALL or is_fresh():
        return
    with transaction.atomic():
        [[free]] = rows("SELECT pg_try_advisory_xact_lock(%s)", [_ONE_AT_A_TIME])
        if free:  # else somebody is at it, and the page need not wait
            run_scan()


def _take_over(found_at: datetime) -> None:
    """The work table's pairs instead of what there was; those known to be two stay out."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM found_pairs f USING members_notsame n"
            " LEFT JOIN members_member a ON a.id = n.first_id"
            " LEFT JOIN members_member b ON b.id = n.second_id"
            " WHERE f.first_id = least(coalesce(a.merged_into_id, n.first_id),"
            " coalesce(b.merged_into_id, n.second_id))"
            " AND f.second_id = greatest(coalesce(a.merged_into_id, n.first_id),"
            " coalesce(b.merged_into_id, n.second_id))"
        )
        cursor.execute(
            "DELETE FROM members_duplicatepair p WHERE NOT EXISTS (SELECT 1 FROM found_pairs f"
            " WHERE f.first_id = p.first_id AND f.second_id = p.second_id)"
        )
        cursor.execute(
            "INSERT INTO members_duplicatepair (first_id, second_id, score, reasons, found_at)"
            " SELECT first_id, second_id, score, reasons, %s FROM found_pairs"
            " ON CONFLICT (first_id, second_id)"
            " DO UPDATE SET score = excluded.score, reasons = excluded.reasons",
            [found_at],
        )
