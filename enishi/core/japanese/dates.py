"""Dates as they are written in Japan: Western, 和暦, spreadsheet numbers."""

import datetime as dt
import re
from functools import lru_cache

from enishi.core.japanese import sentences
from enishi.core.japanese.numerals import in_arabic
from enishi.core.japanese.sentences import Unclear
from enishi.core.japanese.text import fold

_Date = dt.date

# The first and last day of each era. 大正 and 昭和 began on the very day they were proclaimed
# (詔書 of 1912-07-30 and 1926-12-25, "以後ヲ改メテ"), so registers know that day under both names:
# both are read. 平成 and 令和 began on the day after the end of the era before (政令).
ERAS: dict[str, tuple[_Date, _Date]] = {
    "明治": (_Date(1868, 1, 25), _Date(1912, 7, 30)),
    "大正": (_Date(1912, 7, 30), _Date(1926, 12, 25)),
    "昭和": (_Date(1926, 12, 25), _Date(1989, 1, 7)),
    "平成": (_Date(1989, 1, 8), _Date(2019, 4, 30)),
    "令和": (_Date(2019, 5, 1), _Date.max),
}
_ERA_OF_SIGN = {"M": "明治", "T": "大正", "S": "昭和", "H": "平成", "R": "令和"} | {
    era[0]: era for era in ERAS
}
# Until 明治5年12月2日 (1872-12-31) months followed the moon.
_TODAYS_CALENDAR = _Date(1873, 1, 1)
_FIRST_YEAR, _LAST_YEAR = 1868, 2199

_MONTHS = {name: number for number, name in enumerate(
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], 1
)}  # fmt: skip
_ISO = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−ー─", "-") | {"・": "."})
_TIME = re.compile(
    r"(?P<day>.*\d[日)]?)(?: |T|(?<=日))(?P<am>午前|午後)?\d{1,2}[:時]\d{1,2}分?"
    r"(?::?\d\d(?:\.\d+)?秒?)?(?: ?[AaPp][Mm])?(?P<zone> ?(?:Z|[+-]\d\d:?\d\d))?"
)
_MIDNIGHT = re.compile(r".*(?: |T)0{1,2}:00(?::00(?:\.0+)?)?")
_WEEKDAY = re.compile(r"\((?P<a>[月火水木金土日])(?:曜日?)?\)|(?P<b>[月火水木金土日])曜日?")
_SECOND_YEAR = re.compile(
    r"\((?:西暦)?(?P<west>\d{4})年?\)|\((?P<era>[明大昭平令MTSHR][治正和成]?)(?P<year>元|\d{1,2})年?\)",
    re.ASCII,
)
_END = re.compile(r"(?:生まれ|生れ|生)$")
_WESTERN = re.compile(
    r"(\d{4})(?:年(\d{1,2})月(\d{1,2})日?|([-/.])(\d{1,2})\4(\d{1,2})\.?|(\d\d)(\d\d))", re.ASCII
)
_ERA_DAY = re.compile(
    r"(明治|大正|昭和|平成|令和|[明大昭平令MTSHR])[.-]?(元|\d{1,2})"
    r"(?:年(\d{1,2})月(\d{1,2})日?|(?:年|([-/.]))(\d{1,2})([-/.])(\d{1,2})日?\.?|(?<=\d\d)(\d\d)(\d\d))",
    re.ASCII,
)
_DAY_FIRST = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?[-.,]?([A-Za-z]{3,9})[-.,]*(\d{4})", re.ASCII)
_MONTH_FIRST = re.compile(r"([A-Za-z]{3,9})[-.]?(\d{1,2})(?:st|nd|rd|th)?,?(\d{4})", re.ASCII)
_SERIAL = re.compile(r"(\d{1,5})(?:\.0+)?", re.ASCII)
_INCOMPLETE = re.compile(
    r"\d{4}年?|(?:\d{4}[-/年.])?\d{1,2}[-/月.](?:\d{1,2}日?)?|[明大昭平令MTSHR][治正和成]?(?:元|\d+)年?"
    r"(?:\d+月?)?",
    re.ASCII,
)


def date(text: str) -> _Date | None:
    """The day that is written, None for an empty text.

    Reads ISO, 2026/1/2, 2026年1月2日, 20260102, 2 Jan 2026, every usual 和暦 (昭和60年4月1日,
    S60.4.1, 令和元年五月一日), times of day after it, and spreadsheet day numbers. A whole number
    is a day number only from 1000 (1902) to 80000 (2119), and not where it could be a year.
    Whatever is impossible or could be two days raises `Unclear`.
    """
    if not text:
        return None
    if _ISO.fullmatch(text) and "1868" <= text[:4] <= "2199":
        try:
            return _Date(int(text[:4]), int(text[5:7]), int(text[8:]))
        except ValueError:
            raise Unclear(sentences.DATE_IMPOSSIBLE, value=text) from None
    return _read(text)


@lru_cache(maxsize=65_536)
def _read(text: str) -> _Date | None:
    value = fold(text).lstrip("'").translate(_DASHES)
    if not value:
        return None
    value = _without_time(value, text)
    value = in_arabic(value.replace(" ", "").removeprefix("西暦"))
    value, weekday = _cut(_WEEKDAY, value)
    value, second_year = _cut(_SECOND_YEAR, value)
    day = _day(_END.sub("", value), text)
    if second_year and not _is_year_of(day, second_year):
        raise Unclear(sentences.DATE_TWO_DAYS, value=text)
    if weekday and "月火水木金土日"[day.weekday()] != (weekday["a"] or weekday["b"]):
        raise Unclear(sentences.DATE_WEEKDAY, value=text)
    return day


def _without_time(value: str, text: str) -> str:
    match = _TIME.fullmatch(value)
    if not match:
        return value
    if match["zone"] and not _MIDNIGHT.fullmatch(value[: match.start("zone")]):
        # Another zone's evening may be tomorrow here.
        raise Unclear(sentences.DATE_UNCLEAR, value=text)
    return match["day"]


def _cut(pattern: re.Pattern[str], value: str) -> tuple[str, re.Match[str] | None]:
    match = pattern.search(value)
    return (value[: match.start()] + value[match.end() :], match) if match else (value, None)


def _is_year_of(day: _Date, match: re.Match[str]) -> bool:
    if match["west"]:
        return day.year == int(match["west"])
    first_year = ERAS[_ERA_OF_SIGN[match["era"][0]]][0].year
    return day.year == first_year - 1 + (1 if match["year"] == "元" else int(match["year"]))


def _day(value: str, text: str) -> _Date:
    if match := _WESTERN.fullmatch(value):
        year, *parts = match.groups()
        month, day = [part for part in parts if part and part.isdigit()]
        return _checked(int(year), int(month), int(day), text)
    upper = value[:1].upper() + value[1:]
    if match := _ERA_DAY.fullmatch(upper):
        sign, year, *parts = match.groups()
        month, day = [part for part in parts if part and part.isdigit()]
        number = 1 if year == "元" else int(year)
        return _in_era(_ERA_OF_SIGN[sign[0]], number, int(month), int(day), text)
    if match := _DAY_FIRST.fullmatch(value):
        return _checked(int(match[3]), _month(match[2], text), int(match[1]), text)
    if match := _MONTH_FIRST.fullmatch(value):
        return _checked(int(match[3]), _month(match[1], text), int(match[2]), text)
    if match := _SERIAL.fullmatch(value):
        return _of_serial(int(match[1]), text)
    if _INCOMPLETE.fullmatch(upper):
        raise Unclear(sentences.DATE_INCOMPLETE, value=text)
    raise Unclear(sentences.DATE_UNCLEAR, value=text)


def _month(name: str, text: str) -> int:
    number = _MONTHS.get(name[:3].lower())
    if number is None:
        raise Unclear(sentences.DATE_UNCLEAR, value=text)
    return number


def _of_serial(number: int, text: str) -> _Date:
    if _FIRST_YEAR <= number <= _LAST_YEAR:
        raise Unclear(sentences.DATE_INCOMPLETE, value=text)
    if not 1000 <= number <= 80_000:
        raise Unclear(sentences.DATE_UNCLEAR, value=text)
    # Spreadsheets count a 29 February 1900 that never was; all days from 1000 on lie after it.
    return _Date(1899, 12, 30) + dt.timedelta(days=number)


def _checked(year: int, month: int, day: int, text: str) -> _Date:
    try:
        found = _Date(year, month, day)
    except ValueError:
        raise Unclear(sentences.DATE_IMPOSSIBLE, value=text) from None
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        raise Unclear(sentences.DATE_UNCLEAR, value=text)
    return found


def _in_era(era: str, year: int, month: int, day: int, text: str) -> _Date:
    first, last = ERAS[era]
    outside = Unclear(sentences.DATE_OUTSIDE_ERA, value=text, era=era,
                      first=first.isoformat(), last=last.isoformat())  # fmt: skip
    if last == _Date.max:
        outside = Unclear(sentences.DATE_BEFORE_ERA, value=text, era=era, first=first.isoformat())
    if year == 0 or first.year + year - 1 > min(last.year, _LAST_YEAR):
        raise outside
    found = _checked(first.year + year - 1, month, day, text)
    if era == "明治" and found < _TODAYS_CALENDAR:
        raise Unclear(sentences.DATE_OLD_CALENDAR, value=text)
    if not first <= found <= last:
        raise outside
    return found


def era_date(day: _Date) -> str:
    """The day in 和暦 (昭和60年4月1日, 令和元年5月1日); before 1873 in Western years."""
    if day >= _TODAYS_CALENDAR:
        for era in reversed(ERAS):
            first = ERAS[era][0]
            if day >= first:
                year = day.year - first.year + 1
                return f"{era}{'元' if year == 1 else year}年{day.month}月{day.day}日"
    return f"{day.year}年{day.month}月{day.day}日"
