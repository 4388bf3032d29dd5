"""A member's change reaches the stored segment within two seconds, by the functions of a worker."""

import threading
import time

import pytest
from django.db import connection

from enishi.core import jobs
from enishi.core.models import Job
from enishi.members import actions as roll
from enishi.segments import actions
from enishi.segments.actions.refreshing import retest, waiting_segments
from enishi.segments.models import Pending, Segment, SegmentMember

TOKYO = {"field": "prefecture", "op": "eq", "value": "東京都"}

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def work(stop):
    """What a worker does: take up waiting jobs and run them, each on this thread's connection."""
    try:
        while not stop.is_set():
            for row in Job.objects.filter(state=Job.State.WAITING).order_by("pk"):
                jobs.run(row.pk)
            stop.wait(0.05)
    finally:
        connection.close()


@pytest.fixture
def worker(transactional_db):
    stop = threading.Event()
    thread = threading.Thread(target=work, args=(stop,))
    thread.start()
    yield
    stop.set()
    thread.join()


def until(holds, seconds=10.0):
    """How long it took until it held."""
    begun = time.monotonic()
    while not holds():
        assert time.monotonic() - begun < seconds
        time.sleep(0.02)
    return time.monotonic() - begun


def test_a_change_arrives_and_only_where_it_is_mentioned(transactional_db, worker):
    member = roll.add({"family_name": "山田", "prefecture": "大阪府"}, by=None)
    tokyo = actions.create(name="東京", rule=TOKYO, by=None)
    others = [
        actions.create(name=f"{n}", rule={"field": "city", "op": "eq", "value": f"{n}"}, by=None)
        for n in range(20)
    ]
    until(lambda: not Segment.objects.filter(refreshed_at=None).exists())
    roll.change(member, {"prefecture": "東京都"}, by=None)
    took = until(lambda: SegmentMember.objects.filter(segment=tokyo, member=member).exists())
    assert took < 2
    until(lambda: not Pending.objects.exists())
    tested = dict(Segment.objects.values_list("pk", "tests"))
    assert tested[tokyo.pk] == 1
    assert {tested[one.pk] for one in others} == {0}


def test_nobody_is_missing_for_a_moment_while_a_segment_is_brought_up_to_date(transactional_db):
    members = [
        roll.add({"family_name": "山田", "prefecture": "東京都"}, by=None) for _ in range(20)
    ]
    tokyo = actions.create(name="東京", rule=TOKYO, by=None)
    actions.refresh(tokyo)
    seen, stop = set(), threading.Event()

    def watch():
        try:
            while not stop.is_set():
                seen.add(SegmentMember.objects.filter(segment=tokyo).count())
        finally:
            connection.close()

    watcher = threading.Thread(target=watch)
    watcher.start()
    for turn in range(15):
        city = f"{turn}区"
        for member in members[:3]:
            roll.change(member, {"city": city, "prefecture": "東京都"}, by=None)
        actions.refresh(tokyo)
        for pk in waiting_segments():
            retest(pk)
    stop.set()
    watcher.join()
    assert seen == {20}


def test_what_a_dead_process_left_is_found_by_the_job_of_the_minute(transactional_db):
    member = roll.add({"family_name": "山田"}, by=None)
    tokyo = actions.create(name="東京", rule=TOKYO, by=None)
    actions.refresh(tokyo)
    roll.change(member, {"prefecture": "東京都"}, by=None)
    Job.objects.all().delete()  # it died before it asked for the job
    from enishi.segments.jobs import refresh_due

    refresh_due.enqueue()
    jobs.run_waiting()
    assert SegmentMember.objects.filter(segment=tokyo, member=member).exists()
