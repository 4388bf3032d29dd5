"""Seeded activities: as many as asked for, each id once, spread as in life."""

from collections import Counter

import pytest
from django.db import connection
from django.db.models import Count, Q

from enishi.activity import partitions, seed
from enishi.activity.models import Activity, SeenId
from enishi.core import clock
from enishi.members.models import Member
from enishi.members.seed import seed as seed_roll

pytestmark = pytest.mark.django_db


def quiet(_text: str) -> None:
    pass


def test_as_many_as_asked_for_and_like_life():
    made = seed_roll(300, 30_000, say=quiet)
    assert made.activities == Activity.objects.count() == 30_000
    assert SeenId.objects.count() == Activity.objects.values("pk").distinct().count() == 30_000
    assert not Activity.objects.filter(at__gt=clock.now()).exists()
    kinds = Counter(Activity.objects.values_list("kind__key", flat=True))
    assert min(kinds["mail.sent"], kinds["site.viewed"]) > kinds["mail.opened"]
    assert kinds["mail.opened"] > kinds["mail.clicked"] > 300
    assert kinds["site.signed_in"] > 500
    assert Activity.objects.filter(machine=True).count() > 100
    opened = Member.objects.annotate(
        n=Count("activities", filter=Q(activities__kind__key="mail.opened"))
    )
    counts = sorted(opened.values_list("n", flat=True))
    assert counts[0] < 3
    assert counts[-1] > 2 * counts[len(counts) // 2]


def test_twice_is_twice_as_many_and_every_month_keeps_its_indexes():
    partitions.ahead()
    seed_roll(50, 2_000, say=quiet)
    seed_roll(0, 1_000, say=quiet)
    assert Activity.objects.count() == SeenId.objects.count() == 3_000
    assert len(partitions.present()) >= 24
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_index WHERE indrelid::regclass::text LIKE %s"
            " AND NOT indisvalid",
            [f"{partitions.STREAM}%"],
        )
        assert cursor.fetchone() == (0,)
        cursor.execute(
            "SELECT tablename, count(*) FROM pg_indexes WHERE tablename LIKE %s GROUP BY 1"
            " HAVING count(*) <> 2",
            [f"{partitions.STREAM}\\_%"],
        )
        assert cursor.fetchall() == []


def test_without_members_there_is_nothing_to_do():
    with pytest.raises(seed.EmptyRoll):
        seed_roll(0, 10, say=quiet)
