"""How values are written, in both languages."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils.translation import override

from enishi.core import clock
from enishi.ui import written


def test_a_day_is_written_with_its_weekday():
    day = date(2026, 11, 21)
    with override("ja"):
        assert written.jdate(day) == "2026年11月21日(土)"
    with override("en"):
        assert written.jdate(day) == "Sat, 21 Nov 2026"


def test_an_instant_is_written_in_the_organisations_zone():
    with override("ja"):
        assert written.jdatetime(datetime(2026, 11, 21, 15, 5, tzinfo=UTC)) == (
            "2026年11月22日(日) 00:05"
        )
        assert written.jdate(datetime(2026, 11, 21, 15, 5, tzinfo=UTC)) == "2026年11月22日(日)"


def test_nothing_is_written_as_nothing():
    for write in (written.jdate, written.jdatetime, written.number, written.money, written.age):
        assert write(None) == ""
    assert written.phone("") == written.postal(None) == written.size(None) == ""


@pytest.mark.parametrize(
    ("amount", "text"), [(0, "¥0"), (12000, "¥12,000"), (-3500, "-¥3,500"), (1, "¥1")]
)
def test_money(amount: int, text: str):
    assert written.money(amount) == text


def test_numbers_have_commas():
    assert written.number(1234567) == "1,234,567"


def test_age_grows_on_the_birthday():
    with override("ja"):
        with clock.at(date(2026, 3, 31)):
            assert written.age(date(1985, 4, 1)) == "40歳"
        with clock.at(date(2026, 4, 1)):
            assert written.age(date(1985, 4, 1)) == "41歳"


@pytest.mark.parametrize(
    ("passed", "text"),
    [
        (timedelta(seconds=5), "たった今"),
        (timedelta(minutes=3), "3分前"),
        (timedelta(hours=2), "2時間前"),
        (timedelta(days=6), "6日前"),
    ],
)
def test_ago(passed: timedelta, text: str):
    with override("ja"):
        assert written.ago(clock.now() - passed) == text


@pytest.mark.parametrize(
    ("digits", "text"),
    [
        ("0312345678", "03-1234-5678"),
        ("09012345678", "090-1234-5678"),
        ("0120123456", "0120-123-456"),
        ("0451234567", "045-123-4567"),
        ("0467221234", "0467-22-1234"),
        ("0123456789", "0123-45-6789"),
        ("0126712345", "01267-1-2345"),
        ("08001234567", "0800-123-4567"),
        ("02001234567890", "02001234567890"),
        ("0204123456", "0204123456"),
        ("090123456", "090123456"),
        ("+81312345678", "+81312345678"),
    ],
)
def test_phone_numbers_get_the_hyphens_of_their_area_code(digits: str, text: str):
    assert written.phone(digits) == text


def test_sizes():
    assert [written.size(n) for n in (12, 34_567, 1_234_567)] == ["12 B", "35 KB", "1.2 MB"]


def test_an_initial_is_escaped_and_keeps_its_colour():
    assert written.initial("佐藤 花子") == written.initial("佐藤 花子")
    assert ">佐<" in written.initial("佐藤 花子")
    assert "&lt;" in written.initial("<b>")
