"""Types whose value is a day, an instant or a time of day."""

import datetime as dt
import re
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from enishi.core import japanese
from enishi.members.fields.wrong import Wrong
from enishi.members.models.fields import Field

from .base import NOBODY, Compare, FieldType, Json, Names, literal


class Date(FieldType):
    key = "date"
    icon = "calendar"
    explained = gettext_lazy("A day. 2026/4/1, 令和8年4月1日 and R8.4.1 are all understood.")
    compare = Compare.DATE
    has_range = True

    def read(self, _field: Field, text: str) -> Any:
        day = japanese.date(text)
        return day.isoformat() if day else None

    def take(self, field: Field, value: Any) -> Any:
        if isinstance(value, dt.datetime):
            return super().take(field, value)
        if isinstance(value, dt.date):
            return value.isoformat()
        return super().take(field, value)

    def said(self, _field: Field, value: Any, _names: Names = NOBODY) -> str:
        from enishi.ui.written import jdate

        return jdate(parse_date(value)) or str(value)

    def param(self, value: Any) -> Any:
        return value.isoformat() if isinstance(value, dt.date) else value

    def schema(self, _field: Field) -> Json:
        return {"type": "string", "format": "date"}


_CLOCK = re.compile(
    r"(?P<half>午前|午後|[AaPp]\.?[Mm]\.?)? ?(?P<hour>\d{1,2})(?:[:時](?P<minute>\d{1,2})?分?"
    r"(?::?(?P<second>\d{1,2})(?:\.\d+)?秒?)?)? ?(?P<after>[AaPp]\.?[Mm]\.?)?",
    re.ASCII,
)
_ISO = re.compile(
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?", re.ASCII
)
_SERIAL = re.compile(r"(\d{4,5})(\.\d+)", re.ASCII)
_APART = re.compile(
    r"(?P<day>.*?(?:\d|日|\)))[ T]*(?P<time>(?:午前|午後)? ?\d{1,2}[:時].*)", re.ASCII
)


def _clock(text: str) -> tuple[int, int, int] | None:
    """Hour, minute and second of a time of day in any usual writing; None if it is none."""
    match = _CLOCK.fullmatch(text)
    if match is None or not (match["minute"] or "時" in text or match["half"] or match["after"]):
        return None
    hour, minute, second = (int(match[name] or 0) for name in ("hour", "minute", "second"))
    if half := (match["half"] or match["after"] or "").lower():
        if hour > 12 or (hour == 12 and half in ("午前", "午後")):  # 午後12時: noon, or midnight?
            return None
        late = half == "午後" or half.startswith("p")
        hour = hour % 12 + 12 * late
    if hour > 23 or minute > 59 or second > 59:
        return None
    return hour, minute, second


class Time(FieldType):
    key = "time"
    icon = "clock"
    explained = gettext_lazy("A time of day, such as 14:30.")
    compare = Compare.TIME
    has_range = True

    def read(self, _field: Field, text: str) -> Any:
        folded = japanese.fold(text)
        if not folded:
            return None
        found = _clock(folded)
        if found is None:
            raise Wrong(_("Write a time of day, like 14:30."))
        return f"{found[0]:02}:{found[1]:02}"

    def take(self, field: Field, value: Any) -> Any:
        if isinstance(value, dt.time):
            return f"{value:%H:%M}"
        return super().take(field, value)

    def schema(self, _field: Field) -> Json:
        return {"type": "string", "pattern": r"^\d\d:\d\d$"}


def stored(moment: dt.datetime) -> str:
    """An instant as it is stored: UTC, to the second."""
    return f"{moment.astimezone(dt.UTC).replace(tzinfo=None, microsecond=0).isoformat()}Z"


def instant(value: str) -> dt.datetime | None:
    """A stored instant."""
    found = parse_datetime(value)
    return found.replace(tzinfo=dt.UTC) if found is not None and found.tzinfo is None else found


class DateTime(FieldType):
    key = "datetime"
    icon = "calendar-time"
    explained = gettext_lazy("A day with its time, such as 2026/4/1 14:30.")
    compare = Compare.DATETIME
    has_range = True

    def read(self, _field: Field, text: str) -> Any:
        folded = japanese.fold(text)
        if not folded:
            return None
        found = self._moment(folded)
        if found is None:
            raise Wrong(_("Write a day and a time, like 2026/4/1 14:30."))
        try:
            return stored(found if found.tzinfo else timezone.make_aware(found))
        except (ValueError, OverflowError) as error:
            raise Wrong(_("Write a day and a time, like 2026/4/1 14:30.")) from error

    def _moment(self, text: str) -> dt.datetime | None:
        if _ISO.fullmatch(text):
            try:
                return dt.datetime.fromisoformat(text)
            except ValueError:
                return None
        if match := _SERIAL.fullmatch(text):  # a spreadsheet's days, and the part of the day
            day = japanese.date(match[1])
            seconds = round(float(match[2]) * 86_400)
            if day is None:
                return None
            return dt.datetime.combine(day, dt.time()) + dt.timedelta(seconds=seconds)
        day_text, time_text = text, ""
        if match := _APART.fullmatch(text):
            day_text, time_text = match["day"], match["time"].strip()
        found = _clock(time_text) if time_text else (0, 0, 0)
        day = japanese.date(day_text)
        if day is None or found is None:
            return None
        return dt.datetime.combine(day, dt.time(*found))

    def take(self, field: Field, value: Any) -> Any:
        if isinstance(value, dt.datetime):
            return stored(value if value.tzinfo else timezone.make_aware(value))
        if isinstance(value, dt.date):
            return self.take(field, dt.datetime.combine(value, dt.time()))
        return super().take(field, value)

    def written(self, _field: Field, value: Any, _names: Names = NOBODY) -> str:
        """In the organisation's zone: 2026-04-01 14:30, with seconds where there are some."""
        moment = instant(value) if value else None
        if moment is None:
            return ""
        local = timezone.localtime(moment)
        return f"{local.date().isoformat()} {f'{local:%H:%M:%S}'.removesuffix(':00')}"

    def said(self, _field: Field, value: Any, _names: Names = NOBODY) -> str:
        from enishi.ui.written import jdatetime

        return jdatetime(instant(value)) or str(value)

    def param(self, value: Any) -> Any:
        return stored(value) if isinstance(value, dt.datetime) else value

    def sql_written(self, field: Field, data: str) -> str:
        value = f"({data} ->> {literal(field.key)})"
        zone = literal(timezone.get_current_timezone_name())
        local = f"({value}::timestamptz AT TIME ZONE {zone})"
        text = f"to_char({local}, 'YYYY-MM-DD HH24:MI:SS')"
        return f"coalesce(regexp_replace({text}, ':00$', ''), '')"

    def schema(self, _field: Field) -> Json:
        return {"type": "string", "format": "date-time"}
