"""What changed, and which segments must therefore be looked at again.

Whatever changes something that a rule can ask about calls ``touch`` in its own transaction::

    touch(members=[17], fields={"prefecture"})
    touch(members=None, sources={"invoice"})        # None: nobody can say whom it concerns

Only stored segments that mention what changed are noted down; a job tests them after the commit.
"""

from collections.abc import Collection
from typing import Any

from django.db import connection, transaction

from enishi.core.models import Job

MOST_AT_ONCE = 500  # a larger set makes the whole segment be asked anew: that is quicker
JOB = "segments.retest"

_TOUCH = """
    INSERT INTO segments_pending (segment_id, member_id)
    SELECT s.id, touched.member
    FROM segments_segment s CROSS JOIN unnest(%(members)s::bigint[]) AS touched (member)
    WHERE s.kind = 'stored' AND (
        %(everything)s OR s.fields && %(fields)s OR s.kinds && %(kinds)s
        OR s.sources && %(sources)s OR (%(any_source)s AND s.sources <> '{}')
    )
"""


def touch(
    *,
    members: Collection[int] | None,
    fields: Collection[str] = (),
    kinds: Collection[str] = (),
    sources: Collection[str] = (),
    any_source: bool = False,
    everything: bool = False,
) -> int:
    """Note down whom to test again for which segments; returns how many pairs. Call it in the
    transaction of the change.

    ``fields`` are keys of fields, ``kinds`` of activity, ``sources`` of ``has``; ``any_source``
    stands for all sources, ``everything`` for all that a rule can mention.
    """
    if members is not None and not members:
        return 0
    whole = members is None or len(members) > MOST_AT_ONCE
    given: dict[str, Any] = {
        "members": [None] if whole else list(members or ()),
        "fields": list(fields),
        "kinds": list(kinds),
        "sources": list(sources),
        "any_source": any_source,
        "everything": everything,
    }
    with connection.cursor() as cursor:
        cursor.execute(_TOUCH, given)
        noted = int(cursor.rowcount)
    if noted:
        wake_after_commit()
    return noted


def touch_segments(segments: Collection[int], members: Collection[int] | None = None) -> None:
    """Note down that these segments (the stored ones of them) are to be looked at again."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO segments_pending (segment_id, member_id)"
            " SELECT s.id, touched.member FROM segments_segment s"
            " CROSS JOIN unnest(%s::bigint[]) AS touched (member)"
            " WHERE s.kind = 'stored' AND s.id = ANY(%s)",
            [[None] if members is None else list(members), list(segments)],
        )
    wake_after_commit()


def leaning_on(segment: int) -> list[int]:
    """The segments that ask about this one, also through others."""
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH RECURSIVE above AS ("
            " SELECT id FROM segments_segment WHERE %s = ANY(parents)"
            " UNION SELECT s.id FROM segments_segment s JOIN above ON above.id = ANY(s.parents)"
            ") SELECT id FROM above",
            [segment],
        )
        return [pk for (pk,) in cursor.fetchall()]


def wake_after_commit() -> None:
    """Ask for the job once this transaction is committed (once, however often it is called)."""
    hooks: list[Any] = [waiting[1] for waiting in connection.run_on_commit]
    if _wake not in hooks:
        transaction.on_commit(_wake, robust=True)


def _wake() -> None:
    """A job that still waits will see what was just committed; another one is not needed.

    Should this process die before it asks, the job of the next minute finds what was noted down.
    """
    from enishi.segments.jobs import retest

    if not Job.objects.filter(name=JOB, state=Job.State.WAITING).exists():
        retest.enqueue()
