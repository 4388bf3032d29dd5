"""Memberships that a list tells differently: the same rules as in the office, for many at once.

A list tells days of joining and leaving, a type and a status. ``moved`` turns them into periods
with the operations of ``members.timeline``; the rest reads and writes periods a few thousand
members at a time.
"""

from collections.abc import Iterator
from dataclasses import astuple, dataclass
from datetime import date, datetime
from typing import Any

from enishi.core import clock
from enishi.core.bulk import copy_rows, rows, run
from enishi.members.models import Status
from enishi.members.models.status import UNKNOWN_DAY
from enishi.members.timeline import (
    Span,
    Spans,
    at,
    go_on,
    joined_from,
    membership,
    not_left,
    planned,
    until,
    with_type,
)

AT_ONCE = 5_000
ROW = ("member_id", "status", "type_id", "from_on", "to_on", "reason_id", "note", "by_id")


@dataclass(frozen=True)
class Telling:
    """What a list tells about the membership of one member; ``status``: None when it does not."""

    old_joined: date | None
    old_left: date | None
    joined: date | None
    left: date | None
    type_id: int
    status: str | None


def moved(spans: Spans, told: Telling, *, today: date, by: int | None = None) -> Spans:
    """The periods after the list. Its day of leaving is not before its day of joining."""
    new = list(spans)
    present = at(spans, today).type_id
    if told.left != told.old_left:
        new = not_left(new, Span(Status.ACTIVE, present, told.old_joined or UNKNOWN_DAY))
    if told.joined != told.old_joined:
        start, end = membership(new)
        if start < end:
            new = joined_from(new, told.joined)
        elif told.joined is not None and new[-1].status != Status.LEFT:
            new = go_on(new, Span(Status.ACTIVE, present, told.joined, by_id=by))
    if told.left is not None and (told.left != told.old_left or new[-1].status != Status.LEFT):
        new = go_on(new, Span(Status.LEFT, new[-1].type_id, told.left, by_id=by))
    if told.type_id != at(new, today).type_id:  # taking back a leave may have changed it
        new = with_type(new, today, told.type_id, by)
    if told.status is not None and at(new, today).status != told.status:
        later = [] if told.status == Status.LEFT else planned(new, today)
        turned = Span(
            told.status, told.type_id, today, later[0].from_on if later else None, by_id=by
        )
        new = [*until(new, today), turned, *later]
    return new


def move(*, by: int | None) -> None:
    """Write the periods of everybody in the table ``moving``, and what they are now to ``moved``.

    ``moving``: id and the fields of Telling. ``moved``: id, status, type_id. Both vanish with the
    transaction.
    """
    today, now = clock.today(), clock.now()
    run(
        "CREATE TEMPORARY TABLE moved (id bigint PRIMARY KEY, status text, type_id bigint)"
        " ON COMMIT DROP"
    )
    for tellings in _tellings():
        before, recorded = _spans_of(list(tellings))
        gone: list[int] = []
        kept: list[tuple[Any, ...]] = []
        made: list[tuple[Any, ...]] = []
        present: list[tuple[int, str, int]] = []
        for member_id, told in tellings.items():
            old = before[member_id]
            new = moved(old, told, today=today, by=by)
            is_now = at(new, today)
            present.append((member_id, is_now.status, is_now.type_id))
            same = set(old) & set(new)
            gone += [span.pk for span in old if span not in same and span.pk is not None]
            for span in new:
                *values, pk = astuple(span)
                row = (member_id, values[0], values[1], *values[2:])
                if pk is None:
                    made.append((*row, now))
                elif span not in same:
                    kept.append((*row, recorded[pk], pk))
        run("DELETE FROM members_statusperiod WHERE id = ANY(%s)", [gone])
        copy_rows("members_statusperiod", [*ROW, "recorded_at", "id"], kept)
        copy_rows("members_statusperiod", [*ROW, "recorded_at"], made)
        copy_rows("moved", ["id", "status", "type_id"], present)
    run("ANALYZE moved")


def _tellings() -> Iterator[dict[int, Telling]]:
    last = 0
    while found := rows(
        "SELECT id, old_joined, old_left, joined, left_on, type_id, status FROM moving"
        " WHERE id > %s ORDER BY id LIMIT %s",
        [last, AT_ONCE],
    ):
        yield {member_id: Telling(*values) for member_id, *values in found}
        last = found[-1][0]


def _spans_of(members: list[int]) -> tuple[dict[int, Spans], dict[int, datetime]]:
    """The spans of each member, and when each was written down."""
    spans: dict[int, Spans] = {member_id: [] for member_id in members}
    recorded: dict[int, datetime] = {}
    for member_id, written, *values in rows(
        f"SELECT member_id, recorded_at, {', '.join(ROW[1:])}, id FROM members_statusperiod"
        " WHERE member_id = ANY(%s) ORDER BY member_id, from_on",
        [members],
    ):
        span = Span(*values)
        spans[member_id].append(span)
        recorded[values[-1]] = written
    return spans, recorded
