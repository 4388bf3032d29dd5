"""Periodic work: asked for once when due, made up for once when missed."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from enishi.core import clock, jobs
from enishi.core.jobs import Progress
from enishi.core.models import Job, PeriodicWork
from enishi.project.periodic import enqueue_due, rounds

TOKYO = ZoneInfo("Asia/Tokyo")

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nightly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "PERIODIC", {})
    monkeypatch.setattr("enishi.project.periodic.PERIODIC", jobs.PERIODIC)

    @jobs.periodic("0 3 * * *", "test.nightly", title="Nightly")
    def nightly(progress: Progress) -> None:
        progress.say("done")


def at(day: int, hour: int) -> datetime:
    return datetime(2026, 4, day, hour, 30, tzinfo=TOKYO)


def test_it_waits_for_its_first_hour() -> None:
    with clock.at(at(1, 2)):
        assert enqueue_due() == []
        (line,) = rounds()
        assert line.next == datetime(2026, 4, 1, 3, tzinfo=TOKYO)
        assert line.last is None


def test_it_is_asked_for_once_when_due() -> None:
    with clock.at(at(1, 2)):
        enqueue_due()
    with clock.at(at(1, 3)):
        assert len(enqueue_due()) == 1
        assert enqueue_due() == []
    assert Job.objects.filter(name="test.nightly").count() == 1


def test_days_that_were_missed_are_made_up_for_once() -> None:
    with clock.at(at(1, 2)):
        enqueue_due()
    with clock.at(at(9, 12)):
        assert len(enqueue_due()) == 1
        assert enqueue_due() == []
        assert PeriodicWork.objects.get().last_due_at == datetime(2026, 4, 9, 3, tzinfo=TOKYO)


def test_a_run_that_is_still_going_on_is_not_joined_by_a_second() -> None:
    with clock.at(at(1, 2)):
        enqueue_due()
    with clock.at(at(1, 3)):
        (running,) = enqueue_due()
    with clock.at(at(2, 4)):
        assert enqueue_due() == []
        Job.objects.filter(pk=running.pk).update(state="done")
        assert len(enqueue_due()) == 1
