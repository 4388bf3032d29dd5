"""The demo organisation: believable, the same every time, and never poured over real data."""

import hashlib
from datetime import date

import pytest

from enishi.accounts.models import User
from enishi.audit.models import HistoryEntry
from enishi.core import clock
from enishi.core.sealing import is_sealed
from enishi.members import search
from enishi.members.demo import fill, organisation, towns
from enishi.members.models import Contact, Member, StatusPeriod
from enishi.members.timeline import Span, at, problem

pytestmark = pytest.mark.django_db


@pytest.fixture
def smaller(monkeypatch):
    """A tenth of the demo, where the size does not matter."""
    monkeypatch.setattr(organisation, "MEMBERS", 200)


def fingerprint() -> str:
    rows = Member.objects.order_by("number").values_list(
        "number", "search", "status", "joined_on", "left_on", "postal_code", "data"
    )
    told = [
        (*row, {k: v for k, v in data.items() if k != "introduced_by" and not is_sealed(v)})
        for *row, data in rows
    ]  # ids are not the same and sealed values never look the same, people are
    return hashlib.sha256(repr(told).encode()).hexdigest()


def is_consistent(today: date) -> None:
    for member in Member.objects.prefetch_related("periods"):
        life = [Span(p.status, p.type_id, p.from_on, p.to_on) for p in member.periods.all()]
        assert not problem(life), (member, problem(life))
        assert at(life, today).status == member.status
        assert at(life, today).type_id == member.type_id
        assert member.search == search.text_of(member)


@pytest.mark.slow
def test_fill_makes_a_consistent_roll_with_history():
    with clock.at(date(2026, 11, 21)):
        _filled_in_autumn()


def _filled_in_autumn() -> None:
    told = fill()
    assert "sato@example.jp" in told
    assert 1_900 < Member.objects.count() < 2_200
    is_consistent(clock.today())
    # Who leaves at the end of the fiscal year says so in the months before.
    assert StatusPeriod.objects.filter(from_on=date(2027, 4, 1), status="left").exists()
    assert Contact.objects.count() > 500
    assert HistoryEntry.objects.count() > 150
    assert_unreachable()

    before = fingerprint()
    assert fill() == told  # a second time changes nothing
    assert fingerprint() == before


@pytest.mark.usefixtures("smaller")
def test_the_same_day_gives_the_same_people():
    from django.db import transaction

    found = []
    for _ in range(2):
        with clock.at(date(2026, 6, 15)), transaction.atomic():
            fill()
            found.append(fingerprint())
            transaction.set_rollback(True)
    assert found[0] == found[1]


@pytest.mark.usefixtures("smaller")
@pytest.mark.parametrize("day", [date(2024, 2, 29), date(2027, 4, 1), date(2028, 12, 31)])
def test_it_can_be_filled_on_any_day(day):
    with clock.at(day):
        fill()
        is_consistent(day)
        assert Member.objects.filter(status="active").count() > 100


def test_a_database_in_use_is_left_alone():
    User.objects.create_user("somebody@example.com", "a long password", name="本物", is_staff=True)
    assert fill() == ""
    assert not Member.objects.exists()
    assert not User.objects.filter(email="sato@example.jp").exists()


def assert_unreachable() -> None:
    """The numbering plan gives no number whose exchange, or digit after 090, begins with 0."""
    for phone, mobile in Member.objects.values_list("phone", "mobile"):
        assert mobile == "" or mobile[3] == "0"
        assert phone == "" or any(
            phone.startswith(code + "0") for code in towns.AREA_CODES.values()
        )
    for email in Member.objects.exclude(email="").values_list("email", flat=True):
        assert ".example." in "." + email.rpartition("@")[2]
