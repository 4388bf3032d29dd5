"""Work that comes round: when it was last due, when it is next, and asking for it once."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from croniter import croniter
from django.db import transaction
from django.utils.functional import Promise

from enishi.core import clock
from enishi.core.jobs import PERIODIC
from enishi.core.models import Job, Organisation, PeriodicWork


@dataclass(frozen=True)
class Round:
    """One line of the office's list."""

    name: str
    title: str | Promise
    cron: str
    last: Job | None
    next: datetime


def _turn(cron: str, zone: ZoneInfo, direction: str) -> datetime:
    """The last or next moment of ``cron`` in ``zone``, seen from now."""
    turns: Any = croniter(cron, clock.now().astimezone(zone))
    moment: datetime = getattr(turns, f"get_{direction}")(datetime)
    return moment


def enqueue_due() -> list[Job]:
    """Ask for everything that has become due; however many processes call this, each once.

    What was missed while nothing ran is caught up once. A run that is still going on is not
    joined by a second one.
    """
    if not PERIODIC:
        return []
    zone = ZoneInfo(Organisation.current().zone)
    known = {row.name: row.last_due_at for row in PeriodicWork.objects.all()}
    asked = []
    for work in PERIODIC.values():
        due = _turn(work.cron, zone, "prev")
        if work.name not in known:
            PeriodicWork.objects.get_or_create(name=work.name, defaults={"last_due_at": due})
        elif known[work.name] < due and (row := _enqueue(work.name, due)):
            asked.append(row)
    return asked


@transaction.atomic
def _enqueue(name: str, due: datetime) -> Job | None:
    row = (
        PeriodicWork.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("last_job")
        .filter(name=name, last_due_at__lt=due)
        .first()
    )
    if row is None or (row.last_job is not None and row.last_job.is_open):
        return None
    row.last_due_at = due
    row.last_job = PERIODIC[name].type.enqueue()
    row.save(update_fields=["last_due_at", "last_job"])
    return row.last_job


def rounds() -> list[Round]:
    """Everything periodic with its last run and its next."""
    zone = ZoneInfo(Organisation.current().zone)
    rows = PeriodicWork.objects.select_related("last_job")
    last = {row.name: row.last_job for row in rows}
    return [
        Round(
            work.name,
            work.type.title,
            work.cron,
            last.get(work.name),
            _turn(work.cron, zone, "next"),
        )
        for work in PERIODIC.values()
    ]
