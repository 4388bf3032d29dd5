"""Background work: asked for with the data, done once, told, cancelled, repeated."""

from typing import Any

import pytest
from django.db import connection, transaction
from procrastinate.contrib.django import procrastinate_app
from procrastinate.testing import InMemoryConnector

from enishi.core import jobs
from enishi.core.jobs import JobCancelled, Progress, job
from enishi.core.models import Job, Organisation


@job("test.count", title="Count", cancellable=True)
def count(progress: Progress, *, upto: int) -> dict[str, Any]:
    progress.start(upto)
    for _number in range(upto):
        progress.advance()
        progress.stop_if_cancelled()
    Organisation(name=f"counted {upto}").save()
    return {"counted": upto}


@job("test.break", title="Break")
def break_down(progress: Progress) -> None:
    Organisation(name="half done").save()
    raise ValueError("no")


@pytest.mark.django_db
def test_work_is_done_and_told(run_jobs: Any) -> None:
    asked = count.enqueue(upto=3)
    assert asked.state == Job.State.WAITING

    run_jobs()

    asked.refresh_from_db()
    assert (asked.state, asked.done, asked.total) == (Job.State.DONE, 3, 3)
    assert asked.result == {"counted": 3}
    assert asked.percent == 100


@pytest.mark.django_db(transaction=True)
def test_what_is_rolled_back_was_never_asked_for(run_jobs: Any) -> None:
    with transaction.atomic():
        count.enqueue(upto=3)
        transaction.set_rollback(True)

    assert not Job.objects.exists()
    assert run_jobs() == []


@pytest.mark.django_db
def test_a_failure_leaves_nothing_and_says_so(run_jobs: Any) -> None:
    asked = break_down.enqueue()

    with pytest.raises(ValueError, match="no"):
        run_jobs()

    asked.refresh_from_db()
    assert asked.state == Job.State.FAILED
    assert "ValueError" in asked.trace
    assert Organisation.current().name == ""


@pytest.mark.django_db
def test_a_waiting_job_is_taken_back_and_can_be_asked_for_again(run_jobs: Any) -> None:
    asked = count.enqueue(upto=2)

    assert jobs.cancel(asked).state == Job.State.CANCELLED
    assert run_jobs() == []

    jobs.retry(asked)
    run_jobs()
    asked.refresh_from_db()
    assert asked.state == Job.State.DONE


@pytest.mark.django_db(transaction=True)
def test_a_running_job_stops_when_asked_and_leaves_nothing() -> None:
    @job("test.stop", title="Stop", cancellable=True)
    def stop(progress: Progress) -> None:
        Organisation(name="half done").save()
        jobs_connection_cancels(asked)
        progress.flush()
        progress.stop_if_cancelled()

    asked = stop.enqueue()
    jobs.run(asked.pk)

    asked.refresh_from_db()
    assert asked.state == Job.State.CANCELLED
    assert Organisation.current().name == ""


def jobs_connection_cancels(asked: Job) -> None:
    """Cancel as another process would: on another connection."""
    from django.db import connection

    other = connection.copy()  # type: ignore[no-untyped-call]
    with other.cursor() as cursor:
        cursor.execute("UPDATE core_job SET cancel_requested = true WHERE id = %s", [asked.pk])
    other.close()


@pytest.mark.django_db(transaction=True)
def test_a_job_that_ended_is_not_run_again() -> None:
    asked = count.enqueue(upto=1)
    jobs.run(asked.pk)
    Organisation(name="changed since").save()

    jobs.run(asked.pk)  # the queue delivers once more

    assert Organisation.current().name == "changed since"


@pytest.mark.django_db(transaction=True)
def test_a_job_that_kills_its_worker_is_given_up_after_some_attempts() -> None:
    asked = count.enqueue(upto=1)
    Job.objects.filter(pk=asked.pk).update(state="running", attempts=jobs.MOST_ATTEMPTS)

    jobs.run(asked.pk)

    asked.refresh_from_db()
    assert asked.state == Job.State.FAILED
    assert asked.error


def test_cancelled_is_not_an_ordinary_error() -> None:
    assert not issubclass(JobCancelled, ValueError)


@pytest.mark.django_db(transaction=True)
def test_inside_a_worker_too_a_job_is_queued_with_its_row() -> None:
    """There the app has a connector of its own, which knows nothing of our transaction."""
    before = queued()
    with procrastinate_app.current_app.replace_connector(InMemoryConnector()):
        with transaction.atomic():
            count.enqueue(upto=3)
            transaction.set_rollback(True)
        assert queued() == before
        count.enqueue(upto=3)
    assert queued() == before + 1


def queued() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs")
        return int(cursor.fetchone()[0])
