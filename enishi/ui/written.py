"""How values are written on a page, in the language of the page."""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from functools import cache, lru_cache
from zlib import crc32

from babel import Locale
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from enishi.core.clock import now, today

_WEEKDAYS = "月火水木金土日"
_WEEKDAYS_EN = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS_EN = (
    *("Jan", "Feb", "Mar", "Apr", "May", "Jun"),
    *("Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
)


def japanese() -> bool:
    return (get_language() or "ja").startswith("ja")


def jdate(value: date | None) -> str:
    """2026年11月21日(土), in English Sat, 21 Nov 2026; an instant in the organisation's zone."""
    if not isinstance(value, date):
        return ""
    if isinstance(value, datetime):
        value = timezone.localdate(value) if timezone.is_aware(value) else value.date()
    if japanese():
        return f"{value.year}年{value.month}月{value.day}日({_WEEKDAYS[value.weekday()]})"
    weekday, month = _WEEKDAYS_EN[value.weekday()], _MONTHS_EN[value.month - 1]
    return f"{weekday}, {value.day} {month} {value.year}"


def jdatetime(value: datetime | None) -> str:
    """2026年11月21日(土) 14:05."""
    if not isinstance(value, datetime):
        return jdate(value)
    local = timezone.localtime(value) if timezone.is_aware(value) else value
    return f"{jdate(local.date())} {local:%H:%M}"


def listed(values: Iterable[object]) -> str:
    """Several things one after the other: A、B, or A, B."""
    return ("、" if japanese() else ", ").join(map(str, values))


def number(value: float | Decimal | None) -> str:
    """12,345."""
    if value is None or value == "":
        return ""
    return number_format(value, use_l10n=True, force_grouping=True)


def money(value: int | None) -> str:
    """¥12,000; below zero -¥12,000."""
    if value is None:
        return ""
    return f"{'-' if value < 0 else ''}¥{abs(value):,}"


def age(born: date | None) -> str:
    """41歳: how old somebody born on that day is today."""
    if born is None:
        return ""
    day = today()
    years = day.year - born.year - ((day.month, day.day) < (born.month, born.day))
    return ngettext("%(years)d year old", "%(years)d years old", years) % {"years": years}


def ago(value: datetime | None) -> str:
    """3分前; beyond a week the day itself."""
    if value is None:
        return ""
    seconds = int((now() - value).total_seconds())
    if seconds < 60:
        return _("just now")
    if seconds < 3600:
        count = seconds // 60
        return ngettext("%(count)d minute ago", "%(count)d minutes ago", count) % {"count": count}
    if seconds < 86400:
        count = seconds // 3600
        return ngettext("%(count)d hour ago", "%(count)d hours ago", count) % {"count": count}
    if seconds < 7 * 86400:
        count = seconds // 86400
        return ngettext("%(count)d day ago", "%(count)d days ago", count) % {"count": count}
    return jdate(value)


def size(value: int | None) -> str:
    """1.2 MB, in steps of a thousand."""
    if value is None:
        return ""
    amount = float(value)
    for unit in ("B", "KB", "MB", "GB"):
        if amount < 1000 or unit == "GB":
            break
        amount /= 1000
    return f"{amount:.0f} {unit}" if unit in ("B", "KB") else f"{amount:.1f} {unit}"


def phone(digits: str | None) -> str:
    """03-1234-5678, 0467-22-1234. A number that Japan does not give out stays as it is."""
    if not digits or not (digits.isascii() and digits.isdecimal() and digits[0] == "0"):
        return digits or ""
    return _hyphened(digits)


@lru_cache(maxsize=10_000)
def _hyphened(digits: str) -> str:
    # Imported where it is needed: 7 MB of area codes that a job has no use for.
    from phonenumbers import PhoneNumber, PhoneNumberFormat, format_number, is_possible_number

    number = PhoneNumber(country_code=81, national_number=int(digits))
    if len(digits) not in (10, 11) or not is_possible_number(number):
        return digits
    written = str(format_number(number, PhoneNumberFormat.NATIONAL))
    return written if written.replace("-", "") == digits else digits


def postal(code: str | None) -> str:
    """〒123-4567."""
    if not code:
        return ""
    return f"〒{code[:3]}-{code[3:]}" if len(code) == 7 else f"〒{code}"


_NO_COUNTRIES = {"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"}


@cache
def _countries(language: str) -> dict[str, str]:
    named = Locale.parse(language, sep="-").territories.items()
    found = {code: name for code, name in named if len(code) == 2 and code not in _NO_COUNTRIES}
    return dict(sorted(found.items(), key=lambda pair: (pair[0] != "JP", pair[1])))


def countries() -> list[tuple[str, str]]:
    """Codes (ISO 3166-1) and names of the world's countries, Japan first."""
    return list(_countries(get_language() or "ja").items())


def country(code: str | None) -> str:
    """The name of the country; a code that nobody knows stays as it is."""
    return _countries(get_language() or "ja").get(code or "", code or "")


def initial(name: object, large: str = "") -> SafeString:
    """A coloured square with the first letter of a name; one name has always one colour."""
    text = str(name or "").strip()
    return format_html(
        '<span class="initial initial-{}{}" aria-hidden="true">{}</span>',
        crc32(text.encode()) % 8,
        " initial-lg" if large else "",
        text[:1].upper() or "?",
    )
