"""Dates in every usual writing, and those that must not be guessed."""

import datetime as dt

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from enishi.core.japanese import Unclear, date, era_date
from enishi.core.japanese.dates import ERAS
from enishi.core.japanese.sentences import MSGIDS

D = dt.date


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("", None),
        ("　", None),
        ("2026-01-02", D(2026, 1, 2)),
        ("2026/1/2", D(2026, 1, 2)),
        ("2026.1.2", D(2026, 1, 2)),
        ("２０２６／０１／０２", D(2026, 1, 2)),
        ("2026−01−02", D(2026, 1, 2)),
        ("2026年1月2日", D(2026, 1, 2)),
        ("2026 年 1 月 2 日", D(2026, 1, 2)),
        ("西暦2026年1月2日", D(2026, 1, 2)),
        ("2026年1月2日（金）", D(2026, 1, 2)),
        ("2026年1月2日 金曜日", D(2026, 1, 2)),
        ("20260102", D(2026, 1, 2)),
        ("2026/1/2 0:00:00", D(2026, 1, 2)),
        ("2026-01-02 00:00:00", D(2026, 1, 2)),
        ("2026-01-02T00:00:00Z", D(2026, 1, 2)),
        ("2026/1/2 13:45", D(2026, 1, 2)),
        ("2026年1月2日 午後3時05分", D(2026, 1, 2)),
        ("'2026/1/2", D(2026, 1, 2)),
        ("2 Jan 2026", D(2026, 1, 2)),
        ("January 2, 2026", D(2026, 1, 2)),
        ("1-Apr-1985", D(1985, 4, 1)),
        ("20419", D(1955, 11, 26)),
        ("45000", D(2023, 3, 15)),
        ("45000.0", D(2023, 3, 15)),
        ("昭和60年4月1日", D(1985, 4, 1)),
        ("昭和６０年４月１日", D(1985, 4, 1)),
        ("昭和六十年四月一日", D(1985, 4, 1)),
        ("昭和六〇年四月一日", D(1985, 4, 1)),
        ("昭和60年4月1日生", D(1985, 4, 1)),
        ("昭60.4.1", D(1985, 4, 1)),
        ("S60.4.1", D(1985, 4, 1)),
        ("s60/4/1", D(1985, 4, 1)),
        ("S.60.4.1", D(1985, 4, 1)),
        ("S60-04-01", D(1985, 4, 1)),
        ("Ｓ６０．４．１", D(1985, 4, 1)),
        ("S600401", D(1985, 4, 1)),
        ("㍼60年4月1日", D(1985, 4, 1)),
        ("昭和60年(1985年)4月1日", D(1985, 4, 1)),
        ("1985年（昭和60年）4月1日", D(1985, 4, 1)),
        ("1985(S60)年4月1日", D(1985, 4, 1)),
        ("H01/05/01", D(1989, 5, 1)),
        ("平成元年一月八日", D(1989, 1, 8)),
        ("平成31年4月30日", D(2019, 4, 30)),
        ("令和元年5月1日", D(2019, 5, 1)),
        ("R元.5.1", D(2019, 5, 1)),
        ("令和1年5月1日", D(2019, 5, 1)),
        ("二〇二六年一月二日", D(2026, 1, 2)),
        ("明治45年7月29日", D(1912, 7, 29)),
        ("大正元年7月30日", D(1912, 7, 30)),
        ("大正15年12月24日", D(1926, 12, 24)),
        ("昭和元年12月25日", D(1926, 12, 25)),
        ("昭和64年1月7日", D(1989, 1, 7)),
        ("M6.1.1", D(1873, 1, 1)),
        ("2024/2/29", D(2024, 2, 29)),
    ],
)
def test_a_date_is_read(text: str, day: D | None) -> None:
    assert date(text) == day


@pytest.mark.parametrize(
    "text",
    [
        "昭和66年2月30日",
        "昭和66年1月1日",
        "昭和64年1月8日",
        "昭和元年12月24日",
        "平成0年1月1日",
        "平成元年1月7日",
        "平成31年5月1日",
        "令和元年4月30日",
        "明治45年7月31日",
        "大正15年12月26日",
        "明治5年12月3日",
        "2099/13/1",
        "2025/2/29",
        "2026-02-30",
        "昭和60年2月30日",
        "不明",
        "4/5",
        "4月5日",
        "2026/4",
        "2026年",
        "昭和60年",
        "1985",
        "85/4/1",
        "1/2/2026",
        "60",
        "0",
        "12",
        "45000.5",
        "99999",
        "850401",
        "9999-12-31",
        "0001-01-01",
        "2026/1/2/3",
        "2026/1-2",
        "2026年1月2日頃",
        "2026年1月2日(月)",
        "1986年(昭和60年)4月1日",
        "2026-01-02T20:00:00Z",
        "X60.4.1",
        "-",
        "2026/01/02〜2026/01/05",
    ],
)
def test_an_unclear_date_is_refused(text: str) -> None:
    with pytest.raises(Unclear) as refusal:
        date(text)
    assert refusal.value.msgid in MSGIDS
    assert refusal.value.params["value"] == text


DAYS = st.dates(D(1873, 1, 1), D(2117, 12, 31))


@given(DAYS)
def test_a_date_survives_every_writing(day: D) -> None:
    written = era_date(day)
    era, rest = written[:2], written[2:]
    year = day.year - ERAS[era][0].year + 1
    sign = {"明治": "M", "大正": "T", "昭和": "S", "平成": "H", "令和": "R"}[era]
    writings = [
        written,
        written.translate(str.maketrans("0123456789", "０１２３４５６７８９")),
        era[0] + rest,
        day.isoformat(),
        f"{day.year}/{day.month}/{day.day}",
        f"{day.year}年{day.month}月{day.day}日",
        f"{day:%Y%m%d}",
        f"{day.isoformat()} 00:00:00",
        f"{day:%Y/%m/%d} 0:00:00",
    ]
    if year < 100:
        writings += [
            f"{sign}{year}.{day.month}.{day.day}",
            f"{sign}{year:02}/{day.month:02}/{day.day:02}",
            f"{sign}{year:02}{day.month:02}{day.day:02}",
            f"{era}{_kanji(year)}年{_kanji(day.month)}月{_kanji(day.day)}日",
        ]
    serial = (day - D(1899, 12, 30)).days
    if 2199 < serial <= 80_000:
        writings.append(str(serial))
    assert {writing: date(writing) for writing in writings} == dict.fromkeys(writings, day)


@given(st.text(max_size=20) | st.text(alphabet="0123456789年月日昭和令元/.-S ", max_size=14))
def test_any_text_is_a_date_or_refused(text: str) -> None:
    try:
        found = date(text)
    except Unclear:
        return
    assert found is None or 1868 <= found.year <= 2199


def _kanji(number: int) -> str:
    digits = "〇一二三四五六七八九"
    tens, ones = divmod(number, 10)
    ten = ("" if tens == 1 else digits[tens]) + "十" if tens else ""
    return ten + (digits[ones] if ones else "")


def test_the_days_of_an_era_are_said_as_the_reader_writes_them():
    with pytest.raises(Unclear) as unclear:
        date("昭和66年2月30日")
    with translation.override("ja"):
        assert "昭和（1926年12月25日から1989年1月7日まで）" in unclear.value.reason
    with translation.override("en"):
        assert "from 1926-12-25 to 1989-01-07" in unclear.value.reason
