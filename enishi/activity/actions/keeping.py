"""How long what members did is kept, and how visits are counted."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import transaction

from enishi.accounts.models import User
from enishi.activity import partitions
from enishi.activity.facts import ActivitiesForgotten, TrackingChanged
from enishi.activity.models import Kind, Tracking, months_ago
from enishi.activity.tracking.receiving import forget_settings
from enishi.core import clock
from enishi.core.bulk import run
from enishi.core.facts import announce

AT_A_TIME = 50_000


@transaction.atomic
def change_tracking(*, by: User | None, **fields: Any) -> Tracking:
    """Save the given settings."""
    Tracking.objects.get_or_create(pk=1)
    row = Tracking.objects.select_for_update().get(pk=1)
    changes = {
        name: (getattr(row, name), new) for name, new in fields.items() if getattr(row, name) != new
    }
    if changes:
        for name, (_old, new) in changes.items():
            setattr(row, name, new)
        row.save(update_fields=list(changes))
        announce(TrackingChanged(about=row, by=by, changes=changes))
        transaction.on_commit(forget_settings)
    return row


@dataclass(frozen=True)
class Going:
    """What would be deleted: whole months of the stream. ``last`` is the last day of them."""

    months: int
    first: date
    last: date
    activities: int  # as PostgreSQL estimates them


def going(months: int) -> Going | None:
    """What would go next night if activities were kept for so many months; None for nothing."""
    names = partitions.over_before(months_ago(months).date())
    if not names:
        return None
    spans = [partitions.span_of(name) for name in names]
    first, behind = min(begin for begin, _end in spans), max(end for _begin, end in spans)
    long = sum((end.year - begin.year) * 12 + end.month - begin.month for begin, end in spans)
    return Going(long, first, behind - timedelta(days=1), partitions.size_of(names))


def forget_old() -> dict[str, int]:
    """What was kept long enough goes: whole months of the stream, then kinds that are kept for
    less, then visits of unknown visitors. Each step commits on its own."""
    there = Tracking.current()
    parts = _drop_months(there.keep_months) if there.keep_months else 0
    rows = sum(_clear_kind(kind) for kind in Kind.objects.exclude(keep_months=None))
    return {"parts": parts, "rows": rows, "visits": _clear_visits(there.visit_days)}


@transaction.atomic
def _drop_months(months: int) -> int:
    before = months_ago(months).date()
    dropped = partitions.over_before(before)
    for name in dropped:
        partitions.drop(name)
    if dropped:
        announce(
            ActivitiesForgotten(
                about=None, by=None, before=before.isoformat(), parts=dropped, rows=0
            )
        )
    return len(dropped)


_CLEAR_KIND = """
    WITH gone AS (
        DELETE FROM activity_activity WHERE (tableoid, ctid) IN (
            SELECT tableoid, ctid FROM activity_activity
            WHERE kind_id = %s AND machine IN (false, true) AND at < %s LIMIT %s
        ) AND at < %s RETURNING id
    )
    DELETE FROM activity_seenid USING gone WHERE activity_seenid.id = gone.id
"""
_CLEAR_VISITS = """
    WITH gone AS (
        DELETE FROM activity_visit WHERE id IN (
            SELECT id FROM activity_visit WHERE at < %s LIMIT %s
        ) RETURNING id
    )
    DELETE FROM activity_seenid USING gone WHERE activity_seenid.id = gone.id
"""


def _clear_kind(kind: Kind) -> int:
    assert kind.keep_months is not None
    before = months_ago(kind.keep_months)
    cleared = 0
    while step := run(_CLEAR_KIND, [kind.pk, before, AT_A_TIME, before]):
        cleared += step
    if cleared:
        with transaction.atomic():
            day = before.date().isoformat()
            announce(
                ActivitiesForgotten(about=None, by=None, before=day, parts=[kind.key], rows=cleared)
            )
    return cleared


def _clear_visits(days: int) -> int:
    before = clock.now() - timedelta(days=days)
    cleared = 0
    while step := run(_CLEAR_VISITS, [before, AT_A_TIME]):
        cleared += step
    return cleared
