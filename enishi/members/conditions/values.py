"""Reading the values of a rule: numbers, days, instants."""

import re
from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from enishi.core import japanese

from .reader import Reader

_ISO_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_LARGEST = Decimal(10) ** 18


def read_number(raw: Any, reader: Reader) -> int | Decimal:
    """A number, also as an office writes it: ¥1,200 or １２．５."""
    found: Decimal | None = None
    if isinstance(raw, str):
        text = japanese.fold(reader.text(raw, longest=100)).lstrip("¥\\").removesuffix("円")
        try:
            found = Decimal(text.replace(",", ""))
        except InvalidOperation:
            found = None
    elif isinstance(raw, int | float | Decimal) and not isinstance(raw, bool):
        found = Decimal(repr(raw)) if isinstance(raw, float) else Decimal(raw)
    if found is None or not found.is_finite() or abs(found) > _LARGEST:
        reader.fault(_("Write a number."))
    return int(found) if found == found.to_integral_value() else found


def read_day(raw: Any, reader: Reader) -> date:
    """A day: 2026-04-01, or any usual Japanese writing."""
    if isinstance(raw, str):
        text = reader.text(raw, longest=100).strip()
        try:
            if _ISO_DAY.fullmatch(text):
                return date.fromisoformat(text)
            if (found := japanese.date(text)) is not None:
                return found
        except (ValueError, japanese.Unclear):
            pass
    elif isinstance(raw, date) and not isinstance(raw, datetime):
        return raw
    raise reader.wrong(_("Write a date, like 2026-04-01."))


def read_instant(raw: Any, reader: Reader) -> date | datetime:
    """A day, or an instant in ISO form; without an offset it is in the organisation's zone."""
    if isinstance(raw, str) and len(raw) > 10 and raw[10:11] in ("T", " ", "t"):
        try:
            found = datetime.fromisoformat(reader.text(raw, longest=100).strip())
            if found.tzinfo is not None:
                found = found.astimezone(UTC)
        except (ValueError, OverflowError):
            reader.fault(_("Write a date and time, like 2026-04-01T09:30."))
        return found
    if isinstance(raw, datetime):
        return raw
    return read_day(raw, reader)


def read_time(raw: Any, reader: Reader) -> str:
    """A time of the day as HH:MM."""
    if isinstance(raw, str):
        try:
            return time.fromisoformat(reader.text(raw, longest=20).strip()).strftime("%H:%M")
        except ValueError:
            pass
    raise reader.wrong(_("Write a time, like 09:30."))


def read_flag(raw: Any, reader: Reader) -> bool:
    """Yes or no."""
    if isinstance(raw, bool):
        return raw
    if isinstance(raw, str):
        try:
            found = japanese.yes_no(reader.text(raw, longest=100))
        except japanese.Unclear:
            found = None
        if found is not None:
            return found
    raise reader.wrong(_("Write true or false."))
