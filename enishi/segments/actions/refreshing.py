"""Keeping the members of stored segments: test a few again, or ask for everybody.

Members come and go by the difference of two sets, in one statement: at no moment is somebody
missing who belongs there.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, overload

from django.db import DatabaseError, connection, transaction
from django.db.models import Count, F, Q

from enishi.core import clock
from enishi.core.facts import announce
from enishi.members.conditions import Moment, RuleFaults
from enishi.segments.conditions import where_of
from enishi.segments.facts import EnteredSegment, LeftSegment
from enishi.segments.models import Movement, Moving, Pending, Segment

from .refusals import NotStored
from .touching import wake_after_commit

FEW = 500  # members whose rows are looked at one by one
MOST_TESTED = 20_000  # beyond this the whole segment is asked anew
EVERY = timedelta(minutes=1)  # how often time alone is looked after, at the most
SHARE = 100  # and no more often than leaves the database this many times the work's time
SLOW_MS = 500  # where asking for everybody takes so long, changes gather for a while
REST = 10  # times as long as that
LONGEST_REST = timedelta(minutes=1)

_WHOLE = """
    WITH inside AS MATERIALIZED (
        SELECT m.id FROM members_member m WHERE m.deleted_at IS NULL AND ({where})
    ), gone AS (
        DELETE FROM segments_segmentmember k WHERE k.segment_id = %s
        AND NOT EXISTS (SELECT 1 FROM inside WHERE inside.id = k.member_id)
        RETURNING k.member_id
    ), {rest}
"""
_SOME = """
    WITH tested AS MATERIALIZED (
        SELECT DISTINCT unnest(%s::bigint[]) AS id
    ), inside AS MATERIALIZED (
        SELECT m.id FROM members_member m JOIN tested ON tested.id = m.id
        WHERE m.deleted_at IS NULL AND ({where})
    ), gone AS (
        DELETE FROM segments_segmentmember k USING tested
        WHERE k.segment_id = %s AND k.member_id = tested.id
        AND NOT EXISTS (SELECT 1 FROM inside WHERE inside.id = k.member_id)
        RETURNING k.member_id
    ), {rest}
"""
_REST = """came AS (
        INSERT INTO segments_segmentmember (segment_id, member_id, entered_at)
        SELECT %s, inside.id, %s FROM inside WHERE NOT EXISTS (
            SELECT 1 FROM segments_segmentmember k
            WHERE k.segment_id = %s AND k.member_id = inside.id)
        RETURNING member_id
    ), told AS (
        INSERT INTO segments_segmentchange (movement_id, member_id, entered)
        SELECT %s, member_id, true FROM came WHERE %s
        UNION ALL SELECT %s, gone.member_id, false FROM gone
        JOIN members_member m ON m.id = gone.member_id
    )
    SELECT (SELECT count(*) FROM inside), (SELECT count(*) FROM came), (SELECT count(*) FROM gone)
"""


@dataclass(frozen=True)
class Refreshed:
    """What a refresh came to: how many are inside, and how many came and went."""

    count: int
    entered: int
    left: int
    tested: int | None = None  # None: everybody


@transaction.atomic
def refresh(segment: Segment, *, cause: str = Movement.Cause.CHANGE) -> Refreshed:
    """Ask for everybody and keep the difference. Raises NotStored, RuleFaults."""
    segment = _locked(segment.pk)
    _take(segment)
    wake_after_commit()  # for those who come meanwhile: nobody else waits for this one
    return _whole(segment, cause)


@transaction.atomic
def retest(pk: int) -> Refreshed | None:
    """Test again who waits for it in this segment; None where nobody does, or not yet.

    Another process that is just at this segment is not waited for: it looks again when it is done.
    """
    segment = _locked(pk, wait=False)
    if segment is None or _is_resting(segment):
        return None
    waiting = _take(segment)
    if not waiting and segment.is_filled:
        return None
    if not segment.is_filled:
        return _whole_if_possible(segment, Movement.Cause.FILLED)
    if None in waiting or len(waiting) > MOST_TESTED or segment.problem:
        return _whole_if_possible(segment, Movement.Cause.CHANGE)
    members = [member for member in waiting if member is not None]
    return _if_possible(segment, lambda: _some(segment, members))


def waiting_segments() -> list[int]:
    """Stored segments that somebody waits to be tested for, or that were never filled; first those
    for which a few members are enough."""
    whole = Count("pk", filter=Q(member=None))
    asked = dict(Pending.objects.order_by().values_list("segment").annotate(whole=whole))
    unfilled = Segment.objects.stored().filter(refreshed_at=None, problem="")
    asked.update(dict.fromkeys(unfilled.values_list("pk", flat=True), 1))
    return sorted(asked, key=lambda pk: (asked[pk] > 0, pk))


@transaction.atomic
def refresh_due(pk: int) -> Refreshed | None:
    """Ask anew for a segment that time alone may have changed."""
    segment = _locked(pk)
    if segment.next_due is None or segment.next_due > clock.now():
        return None
    _take(segment)
    return _whole_if_possible(segment, Movement.Cause.TIME)


@transaction.atomic
def refresh_anyhow(pk: int) -> Refreshed | None:
    """Ask for everybody; what cannot be asked is noted as the segment's problem."""
    segment = _locked(pk)
    _take(segment)
    wake_after_commit()
    return _whole_if_possible(segment, Movement.Cause.CHANGE)


# Within one transaction, with the segment locked


def _whole_if_possible(segment: Segment, cause: str) -> Refreshed | None:
    return _if_possible(segment, lambda: _whole(segment, cause))


def _if_possible(segment: Segment, work: Callable[[], Refreshed]) -> Refreshed | None:
    """Do it; what cannot be asked is noted as the segment's problem."""
    try:
        with transaction.atomic():
            return work()
    except RuleFaults as faults:
        _note_problem(segment, faults.faults[0].reason)
    except DatabaseError as error:
        if not _is_about_the_rule(error):
            raise
        _note_problem(segment, type(error.__cause__ or error).__name__)
    return None


@overload
def _locked(pk: int) -> Segment: ...
@overload
def _locked(pk: int, *, wait: bool) -> Segment | None: ...
def _locked(pk: int, *, wait: bool = True) -> Segment | None:
    """No other refresh runs meanwhile; members may change, and note that down. Without ``wait``
    None where one runs."""
    found = Segment.objects.select_for_update(no_key=True, skip_locked=not wait).filter(pk=pk)
    segment = found.first()
    if segment is None:
        if wait:
            raise Segment.DoesNotExist
        return None
    if not segment.is_stored:
        Pending.objects.filter(segment=segment).delete()
        raise NotStored
    return segment


def _take(segment: Segment) -> set[int | None]:
    """Who waits, taken off the list. Whatever the rows tell of is visible to the next statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM segments_pending WHERE segment_id = %s RETURNING member_id", [segment.pk]
        )
        return {member for (member,) in cursor.fetchall()}


def _is_resting(segment: Segment) -> bool:
    """Whether everybody was asked for so lately that those who wait should gather first."""
    if segment.refreshed_at is None or segment.problem or segment.took_ms < SLOW_MS:
        return False
    if not Pending.objects.filter(segment=segment, member=None).exists():
        return False
    rest = min(timedelta(milliseconds=REST * segment.took_ms), LONGEST_REST)
    return timedelta(0) <= clock.now() - segment.refreshed_at < rest


def _whole(segment: Segment, cause: str) -> Refreshed:
    begun = time.perf_counter()
    at = Moment.current()
    movement, where = _next_movement(), where_of(segment, at)
    first = not segment.is_filled
    statement = _WHOLE.format(where=where.sql, rest=_REST)
    given = [*where.params, segment.pk, *_rest(segment, movement, at.now, told=not first)]
    inside, entered, left = _run(statement, given)
    took = round((time.perf_counter() - begun) * 1000)
    Segment.objects.filter(pk=segment.pk).update(
        count=inside,
        counted_at=at.now,
        refreshed_at=at.now,
        next_due=_next_due(segment, at, took),
        took_ms=took,
        refreshes=F("refreshes") + 1,
        problem="",
    )
    if first:
        cause = Movement.Cause.FILLED
    elif segment.has_new_rule:
        cause = Movement.Cause.RULE
    _tell(
        segment,
        Movement(
            pk=movement,
            segment=segment,
            version=segment.version,
            at=at.now,
            cause=cause,
            entered=entered,
            left=left,
        ),
    )
    return Refreshed(inside, entered, left)


def _some(segment: Segment, members: Sequence[int]) -> Refreshed:
    at = Moment.current()
    if len(members) <= FEW:
        at = at.of_few()
    movement, where = _next_movement(), where_of(segment, at)
    statement = _SOME.format(where=where.sql, rest=_REST)
    given = [list(members), *where.params, segment.pk]
    _inside, entered, left = _run(statement, [*given, *_rest(segment, movement, at.now, told=True)])
    count = (segment.count or 0) + entered - left
    changed = {"count": count, "counted_at": at.now} if entered or left else {}
    Segment.objects.filter(pk=segment.pk).update(
        tests=F("tests") + len(members), problem="", **changed
    )
    _tell(
        segment,
        Movement(
            pk=movement,
            segment=segment,
            version=segment.version,
            at=at.now,
            cause=Movement.Cause.CHANGE,
            entered=entered,
            left=left,
        ),
    )
    return Refreshed(count, entered, left, len(members))


def _rest(segment: Segment, movement: int, now: datetime, *, told: bool) -> list[Any]:
    return [segment.pk, now, segment.pk, movement, told, movement]


def _next_movement() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('segments_movement', 'id'))")
        return int(cursor.fetchone()[0])


def _run(statement: str, given: list[Any]) -> tuple[int, int, int]:
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        inside, entered, left = cursor.fetchone()
        return inside, entered, left


def _tell(segment: Segment, moved: Movement) -> None:
    """Write down that members came and went, and tell whoever waits for it, once for the set."""
    if not moved.entered and not moved.left:
        return
    moved.save(force_insert=True)
    first = moved.cause in (Movement.Cause.FILLED, Movement.Cause.RULE)
    for kind, count in ((EnteredSegment, moved.entered), (LeftSegment, moved.left)):
        if count:
            announce(
                kind(
                    about=segment,
                    by=None,
                    movement=moved.pk,
                    count=count,
                    version=segment.version,
                    first=first,
                )
            )


def _next_due(segment: Segment, at: Moment, took_ms: int) -> datetime | None:
    """When time alone may have changed the answer; None for never."""
    if segment.moving == Moving.DAILY:
        return at.midnight(at.today + timedelta(days=1))
    if segment.moving == Moving.ALWAYS:
        return at.now + max(EVERY, timedelta(milliseconds=SHARE * took_ms))
    return None


def _note_problem(segment: Segment, problem: str) -> None:
    Segment.objects.filter(pk=segment.pk).update(problem=problem[:500] or "?", next_due=None)


def _is_about_the_rule(error: DatabaseError) -> bool:
    """Whether the statement itself is at fault, rather than the moment."""
    state = getattr(error.__cause__, "sqlstate", None) or ""
    return state.startswith(("22", "42", "54", "57014"))


__all__ = ["Refreshed", "refresh", "refresh_anyhow", "refresh_due", "retest", "waiting_segments"]
