"""Types of the properties that a kind of activity can have: what is taken and how it is stored.

Stored as own fields are: whole numbers as JSON numbers, decimals as text ("12.5"), days as
"YYYY-MM-DD", instants as UTC "YYYY-MM-DDTHH:MM:SSZ". What is empty is not stored.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

LONGEST_TEXT = 2000
MOST_VALUES = 100
LARGEST = 2**63 - 1


class Wrong(ValueError):
    """The value does not fit the type."""


def _text(value: Any) -> str:
    if not isinstance(value, str) or len(value) > LONGEST_TEXT or "\x00" in value:
        raise Wrong
    return value


def _integer(value: Any) -> int:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or not -LARGEST <= value <= LARGEST:
        raise Wrong
    return value


def _decimal(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise Wrong
    try:
        number = Decimal(str(value))
    except InvalidOperation as error:
        raise Wrong from error
    if not number.is_finite() or abs(number.adjusted()) > 30:
        raise Wrong
    return canonical(number)


def canonical(number: Decimal) -> str:
    """``12.50`` → "12.5", ``1E+2`` → "100", ``-0`` → "0"."""
    written = format(number.normalize(), "f")
    return "0" if written == "-0" else written


def _boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise Wrong
    return value


def _date(value: Any) -> str:
    try:
        return date.fromisoformat(value).isoformat()
    except (TypeError, ValueError) as error:
        raise Wrong from error


def _datetime(value: Any) -> str:
    try:
        read = instant(value, timezone.get_current_timezone())
    except (TypeError, ValueError, OverflowError) as error:
        raise Wrong from error
    return read.strftime("%Y-%m-%dT%H:%M:%SZ")


def _texts(value: Any) -> list[str]:
    if not isinstance(value, list) or len(value) > MOST_VALUES:
        raise Wrong
    return [_text(one) for one in value]


def instant(written: str, zone: tzinfo) -> datetime:
    """An ISO 8601 time as UTC; one without an offset is in ``zone``. Raises ValueError."""
    read = datetime.fromisoformat(written)
    return (read if read.tzinfo is not None else read.replace(tzinfo=zone)).astimezone(UTC)


CLEAN: dict[str, Callable[[Any], Any]] = {
    "text": _text,
    "integer": _integer,
    "decimal": _decimal,
    "boolean": _boolean,
    "date": _date,
    "datetime": _datetime,
    "choices": _texts,
}

# What others call the same types.
_ALSO = {
    "string": "text",
    "str": "text",
    "long_text": "text",
    "url": "text",
    "email": "text",
    "choice": "text",
    "int": "integer",
    "money": "integer",
    "number": "decimal",
    "float": "decimal",
    "bool": "boolean",
    "timestamp": "datetime",
    "list": "choices",
    "tags": "choices",
}

LABELS: dict[str, str | Promise] = {
    "text": _("text of up to 2,000 characters"),
    "integer": _("a whole number"),
    "decimal": _("a number"),
    "boolean": _("true or false"),
    "date": _("a day such as 2026-11-21"),
    "datetime": _("a time such as 2026-11-21T09:00:00+09:00"),
    "choices": _("a list of texts"),
}


def type_named(name: object) -> str | None:
    """The type of this name, or of another name for it."""
    if not isinstance(name, str):
        return None
    found = _ALSO.get(name.lower(), name.lower())
    return found if found in CLEAN else None
