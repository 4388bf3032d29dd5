"""The worker process of ``enishi up``: runs jobs, asks for periodic work, mends what was left.

Work of a killed worker is noticed by its missing heartbeat and taken up again once the killed
worker's database connection is gone as well (its advisory lock is free).
"""

import asyncio
import contextlib
import logging
import os
import signal
import sys
import threading
from typing import Any

from .processes import die_with_parent, loading, share_one_heap, wait_for_go

HEARTBEAT = 1.0  # seconds
STALLED_AFTER = 4.0  # too early does no harm: the lock of a job that still runs is not free
LOOK_EVERY = 1.0
PERIODIC_EVERY = 5  # looks
TIDY_EVERY = 3600
AT_ONCE = 2  # jobs of each queue in each process: long work leaves the places of quick work free

_log = logging.getLogger("enishi.worker")

_STALLED = """
    SELECT job.id
      FROM procrastinate_jobs job
      LEFT JOIN procrastinate_workers worker ON worker.id = job.worker_id
     WHERE job.status = 'doing'
       AND (worker.id IS NULL OR worker.last_heartbeat < now() - make_interval(secs => %s))
       AND NOT EXISTS (
           SELECT FROM pg_locks held
            WHERE held.locktype = 'advisory' AND held.granted AND held.objsubid = 2
              AND held.database = (SELECT oid FROM pg_database WHERE datname = current_database())
              AND held.classid::bigint = %s
              AND held.objid::bigint = (job.args ->> 'job_id')::bigint)
       FOR UPDATE OF job SKIP LOCKED
"""


def work() -> None:
    """Run jobs until a signal comes."""
    os.environ["ENISHI_ROLE"] = "worker"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "enishi.project.settings")
    die_with_parent()
    share_one_heap()

    import django

    with loading():
        django.setup()
    _prepare_database()
    wait_for_go()
    caretaker = threading.Thread(target=_take_care, daemon=True, name="caretaker")
    caretaker.start()
    with contextlib.suppress(asyncio.CancelledError):
        asyncio.run(_run())
    # A job that shows no progress cannot be stopped; it is rolled back and done again later.
    os._exit(0)


def _prepare_database() -> None:
    """Migrate if the supervisor asks this process to, and tell it when the database is ready."""
    number = os.environ.pop("ENISHI_TELL", "")
    if not number:
        return
    from django.db import connection

    from .database import is_current, prepare

    if not is_current():
        print("Bringing the database up to date …", file=sys.stderr, flush=True)
        prepare()
    connection.close()
    with os.fdopen(int(number), "wb") as pipe:
        pipe.write(b"ready")


async def _run() -> None:
    from enishi.core.jobs import QUICK, USUAL
    from enishi.core.progress import interrupt_all

    app = task_app()
    loop = asyncio.get_running_loop()
    connector = app.connector.get_worker_connector()
    with app.replace_connector(connector):
        async with app.open_async():
            running = asyncio.gather(
                *(
                    app.run_worker_async(
                        queues=[queue],
                        concurrency=AT_ONCE,
                        install_signal_handlers=False,
                        update_heartbeat_interval=HEARTBEAT,
                        stalled_worker_timeout=STALLED_AFTER,
                        fetch_job_polling_interval=LOOK_EVERY,
                        shutdown_graceful_timeout=3.0,
                        delete_jobs="always",
                    )
                    for queue in (USUAL, QUICK)
                )
            )

            def stop() -> None:
                interrupt_all()
                running.cancel()
                loop.call_later(4.5, os._exit, 0)

            for number in (signal.SIGTERM, signal.SIGINT):
                loop.add_signal_handler(number, stop)
            await running


def task_app() -> Any:
    """Procrastinate's app, knowing the one task that runs every kind of job."""
    from procrastinate import JobContext, RetryStrategy
    from procrastinate.contrib.django.procrastinate_app import current_app

    from enishi.core import jobs

    if jobs.TASK not in current_app.tasks:

        @current_app.task(
            name=jobs.TASK, pass_context=True, retry=RetryStrategy(max_attempts=50, wait=2)
        )
        def run(context: JobContext, job_id: int) -> None:  # noqa: ARG001
            jobs.run(job_id)

    return current_app


def _take_care() -> None:
    from django.db import connection

    from .periodic import enqueue_due

    looks = 0
    pause = threading.Event()
    while not pause.wait(LOOK_EVERY):
        looks += 1
        try:
            for number in take_up_stalled():
                _log.warning("took up the work of a lost worker", extra={"job_id": number})
            if looks % PERIODIC_EVERY == 1:
                enqueue_due()
            if looks % TIDY_EVERY == 0:
                tidy()
        except Exception:  # noqa: BLE001  # it must outlive whatever happens
            _log.exception("caretaker failed; it tries again")
            with contextlib.suppress(Exception):
                connection.close()


def take_up_stalled() -> list[int]:
    """Put the work of dead workers back into the queue; returns the queue's numbers of it."""
    from django.db import connection, transaction

    from enishi.core.jobs import LOCKS

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_STALLED, [STALLED_AFTER, LOCKS])
        found = [number for (number,) in cursor.fetchall()]
        for number in found:
            cursor.execute(
                "SELECT procrastinate_retry_job_v2(%s, now(), NULL, NULL, NULL)", [number]
            )
        cursor.execute(
            "DELETE FROM procrastinate_workers WHERE last_heartbeat < now() - interval '5 minutes'"
        )
    return found


def tidy() -> None:
    """Forget ended jobs after 90 days, and sessions that have run out."""
    from datetime import timedelta

    from django.core.management import call_command

    from enishi.core import clock
    from enishi.core.models import Job

    Job.objects.filter(ended_at__lt=clock.now() - timedelta(days=90)).delete()
    call_command("clearsessions")


if __name__ == "__main__":
    work()
