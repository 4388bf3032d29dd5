"""Background work: enqueue it with the data it belongs to, watch it, cancel it, repeat it.

A job is a row (``core.models.Job``) plus an entry in procrastinate's queue, both written in the
caller's transaction: what is rolled back was never asked for. A worker runs the function and
marks the row done in one transaction, so the work is done once even if the worker is killed
between the two. An advisory lock is held on the job's own connection while it runs; whoever
takes a killed worker's job up again waits until that connection is really gone.
"""

import contextlib
import logging
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Protocol, cast

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db import (
    DatabaseError,
    InterfaceError,
    OperationalError,
    connection,
    models,
    transaction,
)
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from enishi.core import clock
from enishi.core.models import Job
from enishi.core.progress import Interrupted, JobCancelled, Progress

if TYPE_CHECKING:
    from procrastinate import App

LOCKS = 0x6A6F62  # "job": the first half of the advisory lock, the job's number is the second
MOST_ATTEMPTS = 5
USUAL, QUICK = "default", "quick"  # queues: quick work has workers that long work never takes up

_log = logging.getLogger("enishi.jobs")


class Work(Protocol):
    """What a job's function looks like."""

    def __call__(self, progress: Progress, **arguments: Any) -> dict[str, Any] | None: ...


@dataclass(frozen=True)
class JobType:
    """A kind of background work. Made by ``@job``; ``enqueue`` asks for one."""

    name: str
    title: str | Promise
    function: Work
    queue: str = USUAL
    cancellable: bool = False
    atomic: bool = True
    dropped: Callable[..., None] | None = None

    def enqueue(
        self,
        *,
        by: AbstractBaseUser | AnonymousUser | None = None,
        about: models.Model | None = None,
        **arguments: Any,
    ) -> Job:
        """Ask for the work, in the caller's transaction. ``arguments`` are ids and plain values."""
        with transaction.atomic():
            made = Job.objects.create(
                name=self.name,
                arguments=arguments,
                by=by if by is not None and by.pk else None,  # type: ignore[misc]
                about_type=about._meta.label_lower if about is not None else "",
                about_id=str(about.pk) if about is not None else "",
            )
            _queue(made, self)
        return made

    def __call__(self, progress: Progress, **arguments: Any) -> dict[str, Any] | None:
        return self.function(progress, **arguments)


@dataclass(frozen=True)
class Periodic:
    """Work that is due whenever ``cron`` says, in the organisation's zone."""

    name: str
    cron: str
    type: JobType


TYPES: dict[str, JobType] = {}
PERIODIC: dict[str, Periodic] = {}


def job(
    name: str,
    *,
    title: str | Promise,
    queue: str = USUAL,
    cancellable: bool = False,
    atomic: bool = True,
    dropped: Callable[..., None] | None = None,
) -> Callable[[Callable[..., dict[str, Any] | None]], JobType]:
    """Declare background work. With ``atomic`` (the rule) the function is one transaction.

    Without it the function commits in steps and must itself see what it has done before: it is
    called again when its worker was killed. Work of seconds that somebody waits for goes into the
    queue QUICK, where it never stands behind an import. ``dropped`` is called with the same
    arguments when the work ends without the function: taken back while it waited, or given up.
    """

    def decorator(function: Callable[..., dict[str, Any] | None]) -> JobType:
        work = cast("Work", function)
        TYPES[name] = JobType(name, title, work, queue, cancellable, atomic, dropped)
        return TYPES[name]

    return decorator


def periodic(cron: str, name: str, *, title: str | Promise = "") -> Callable[[Any], JobType]:
    """Run work again and again: ``@periodic("0 3 * * *", "members.turn_the_day")``.

    Over a ``@job``, or over a plain function of ``progress``, which then becomes a job. A run that
    was missed (nothing was running) is caught up once.
    """

    def decorator(work: JobType | Callable[..., dict[str, Any] | None]) -> JobType:
        made = work if isinstance(work, JobType) else job(name, title=title or name)(work)
        PERIODIC[name] = Periodic(name, cron, made)
        return made

    return decorator


def title_of(name: str) -> str | Promise:
    """What a kind of work is called; its name when the app that knew it is gone."""
    return TYPES[name].title if name in TYPES else name


def is_cancellable(name: str) -> bool:
    """Whether running work of this kind can be stopped."""
    return name in TYPES and TYPES[name].cancellable


@transaction.atomic
def cancel(wanted: Job) -> Job:
    """Take a waiting job back, or ask a running one to stop; an ended one stays as it is."""
    row = Job.objects.select_for_update(no_key=True).get(pk=wanted.pk)
    if row.state == Job.State.WAITING:
        _unqueue(row)
        row.state, row.ended_at, row.cancel_requested = Job.State.CANCELLED, clock.now(), True
        row.save(update_fields=["state", "ended_at", "cancel_requested"])
        _dropped(row)
    elif row.state == Job.State.RUNNING and is_cancellable(row.name):
        row.cancel_requested = True
        row.save(update_fields=["cancel_requested"])
    return row


def _dropped(row: Job) -> None:
    kind = TYPES.get(row.name)
    if kind is not None and kind.dropped is not None:
        kind.dropped(**row.arguments)


@transaction.atomic
def retry(wanted: Job) -> Job:
    """Run a failed or cancelled job again."""
    row = Job.objects.select_for_update(no_key=True).get(pk=wanted.pk)
    if row.state in (Job.State.FAILED, Job.State.CANCELLED) and row.name in TYPES:
        row.state, row.error, row.trace, row.note = Job.State.WAITING, "", "", ""
        row.done, row.total, row.result, row.attempts = 0, None, None, 0
        row.started_at = row.ended_at = None
        row.cancel_requested = False
        row.save()
        _queue(row, TYPES[row.name])
    return row


# Running


def run(job_id: int, *, same_connection: bool = False) -> None:
    """Run one job to its end. Called by the worker, and by tests with ``same_connection``.

    Raises only when the job must be tried again: the worker goes down, the database went away.
    """
    if same_connection:
        _run_locked(job_id, same_connection=True)
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s, %s)", [LOCKS, job_id % 2**31])
    try:
        _run_locked(job_id, same_connection=False)
    finally:
        with contextlib.suppress(DatabaseError, InterfaceError), connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCKS, job_id % 2**31])


def _run_locked(job_id: int, *, same_connection: bool) -> None:
    row = _begin(job_id)
    if row is None:
        return
    kind = TYPES[row.name]
    progress = Progress(row.pk, same_connection=same_connection)
    try:
        progress.stop_if_cancelled()
        if kind.atomic:
            with transaction.atomic():
                result = kind(progress, **row.arguments)
                progress.flush()
                _end(row.pk, Job.State.DONE, result=result)
        else:
            result = kind(progress, **row.arguments)
            progress.flush()
            _end(row.pk, Job.State.DONE, result=result)
    except JobCancelled:
        _end(row.pk, Job.State.CANCELLED)
    except Interrupted:
        Job.objects.filter(pk=row.pk).update(state=Job.State.WAITING, attempts=row.attempts - 1)
        raise
    except Exception as error:
        if not same_connection and _passes(error):
            raise
        _log.exception("job failed", extra={"job_id": row.pk, "job": row.name})
        _end(
            row.pk,
            Job.State.FAILED,
            error=_sentence(error),
            trace=f"{type(error).__name__}\n{''.join(traceback.format_tb(error.__traceback__))}",
        )
        if same_connection:
            raise
    finally:
        progress.close()


@transaction.atomic
def _begin(job_id: int) -> Job | None:
    """Mark the job as running, unless it has ended already or fails too often."""
    row = Job.objects.select_for_update(no_key=True).filter(pk=job_id).first()
    if row is None or not row.is_open:
        return None
    row.attempts += 1
    row.started_at = row.started_at or clock.now()
    row.state = Job.State.RUNNING
    row.done, row.total, row.note = 0, None, ""
    if row.name not in TYPES or row.attempts > MOST_ATTEMPTS:
        row.state, row.ended_at = Job.State.FAILED, clock.now()
        row.error = str(
            _("This kind of work is not known any more.")
            if row.name not in TYPES
            else _("The work was interrupted again and again, so it was given up.")
        )
    row.save()
    if row.state == Job.State.RUNNING:
        return row
    _dropped(row)
    return None


def _end(job_id: int, state: Job.State, **values: Any) -> None:
    with transaction.atomic():
        row = Job.objects.select_for_update(no_key=True).get(pk=job_id)
        row.state, row.ended_at = state, clock.now()
        if state == Job.State.DONE and row.total:
            row.done = row.total
        for name, value in values.items():
            setattr(row, name, value)
        row.save(update_fields=["state", "ended_at", "done", *values])


def _passes(error: Exception) -> bool:
    """Whether the error lies in the moment (lost connection, shutdown, deadlock), not the work."""
    if not isinstance(error, OperationalError | InterfaceError):
        return False
    state = getattr(error.__cause__, "sqlstate", None)
    return state is None or state.startswith(("08", "40", "57P"))


def _sentence(error: Exception) -> str:
    """What the office reads: the sentence of an error that has one, else where to look."""
    reason = getattr(error, "reason", None)
    if isinstance(reason, str | Promise):
        return str(reason)
    return str(_("An unexpected error ended the work. The details are in the log."))


def run_waiting() -> list[Job]:
    """Run all waiting jobs now, in this process and on this connection. For tests and commands.

    An error in a job is raised to the caller after the row has been marked failed.
    """
    ended = []
    while row := Job.objects.filter(state=Job.State.WAITING).order_by("pk").first():
        _unqueue(row)
        run(row.pk, same_connection=True)
        row.refresh_from_db()
        ended.append(row)
    return ended


# The queue


def _queue(row: Job, kind: JobType) -> None:
    _own_connection().configure_task(TASK, queue=kind.queue).defer(job_id=row.pk)


@cache
def _own_connection() -> "App":
    """The queue as seen on the caller's connection, so that asking commits with the data.

    Procrastinate's own app does not do that inside a worker, where it has a connector of its own:
    what a job asks for would be taken up before its row is committed, not be found, and be lost.
    """
    from procrastinate import App
    from procrastinate.contrib.django.django_connector import DjangoConnector

    return App(connector=DjangoConnector(alias="default"))


def _unqueue(row: Job) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM procrastinate_jobs"
            " WHERE task_name = %s AND status = 'todo' AND args ->> 'job_id' = %s",
            [TASK, str(row.pk)],
        )


TASK = "enishi.run"

__all__ = [
    "PERIODIC",
    "QUICK",
    "TASK",
    "TYPES",
    "USUAL",
    "Interrupted",
    "JobCancelled",
    "JobType",
    "Progress",
    "cancel",
    "is_cancellable",
    "job",
    "periodic",
    "retry",
    "run",
    "run_waiting",
    "title_of",
]
