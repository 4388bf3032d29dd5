"""Pages of long lists: by key, never by offset; counts that stop in time."""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.db.models import Model, Q, QuerySet

CAP = 10_000

M = TypeVar("M", bound=Model)


class BadCursor(ValueError):
    """This page address is not valid. Start again from the first page."""


@dataclass(frozen=True)
class Count:
    """How many rows there are. ``exact`` is false when counting stopped at the cap."""

    value: int
    exact: bool


@dataclass(frozen=True)
class Page(Generic[M]):
    """One page of rows, with the cursors that lead onwards and back ('' where there is none)."""

    items: list[M]
    next: str
    previous: str


def capped_count(rows: QuerySet[Any], cap: int = CAP) -> Count:
    """Count ``rows``, but look at no more than ``cap`` of them."""
    value = rows.order_by().values("pk")[: cap + 1].count()
    return Count(min(value, cap), value <= cap)


def page(*parts: QuerySet[M], sort: Sequence[str], cursor: str = "", limit: int = 50) -> Page[M]:
    """A page of rows in the order ``sort`` (field names, "-" for falling; pk is added last).

    ``parts`` are all the rows, or stretches of them that follow one another in this order: each is
    asked only when those before it did not fill the page.
    Sorted columns must never be NULL, or be wrapped by the caller in an annotation that is not.
    Raises BadCursor when ``cursor`` was not made by this function for the same sort.
    """
    found: list[M] = []
    for part in reversed(parts) if leads_back(cursor) else parts:
        rows, names, back, values = _behind(part, sort, cursor)
        found += rows[: limit + 1 - len(found)]
        if len(found) > limit:
            break
    more = len(found) > limit
    found = found[:limit]
    if back:
        found.reverse()
    has_next = back or more
    has_previous = more if back else values is not None
    return Page(
        items=found,
        next=_write(names, found[-1], back=False) if found and has_next else "",
        previous=_write(names, found[0], back=True) if found and has_previous else "",
    )


def behind(rows: QuerySet[M], *, sort: Sequence[str], cursor: str = "") -> QuerySet[M]:
    """All rows from the cursor on, in the order (turned round for a cursor that leads back)."""
    return _behind(rows, sort, cursor)[0]


def leads_back(cursor: str) -> bool:
    """Whether a cursor leads to the page before. Raises BadCursor for what is none."""
    try:
        return bool(_unpacked(cursor)[0]) if cursor else False
    except (ValueError, TypeError) as error:
        raise BadCursor from error


def _behind(
    rows: QuerySet[M], sort: Sequence[str], cursor: str
) -> tuple[QuerySet[M], list[str], bool, list[Any] | None]:
    names = [*sort, "-pk" if sort and sort[-1].startswith("-") else "pk"]
    back, values = _read(cursor, names)
    order = [_flip(name) for name in names] if back else names
    if values is not None:
        rows = rows.filter(_after(order, values))
    return rows.order_by(*order), names, back, values


def _flip(name: str) -> str:
    return name[1:] if name.startswith("-") else f"-{name}"


def _after(order: Sequence[str], values: Sequence[Any]) -> Q:
    """Rows behind ``values``. The outer bound on the first column lets an index be used."""
    first = order[0]
    bound = Q(**{f"{first.lstrip('-')}__{'lte' if first.startswith('-') else 'gte'}": values[0]})
    behind = Q()
    for i, name in enumerate(order):
        same = Q(**{n.lstrip("-"): v for n, v in zip(order[:i], values[:i], strict=True)})
        step = "lt" if name.startswith("-") else "gt"
        behind |= same & Q(**{f"{name.lstrip('-')}__{step}": values[i]})
    return bound & behind


def _write(names: Sequence[str], row: Model, *, back: bool) -> str:
    values = [_plain(getattr(row, name.lstrip("-"))) for name in names]
    packed = json.dumps([int(back), list(names), values], ensure_ascii=False)
    return base64.urlsafe_b64encode(packed.encode()).decode().rstrip("=")


def _plain(value: Any) -> Any:
    if isinstance(value, UUID | Decimal):
        return str(value)
    return value.isoformat() if isinstance(value, date | datetime) else value


def _unpacked(cursor: str) -> tuple[Any, Any, Any]:
    padded = cursor + "=" * (-len(cursor) % 4)
    back, made_for, values = json.loads(base64.urlsafe_b64decode(padded))
    return back, made_for, values


def _read(cursor: str, names: Sequence[str]) -> tuple[bool, list[Any] | None]:
    if not cursor:
        return False, None
    try:
        back, made_for, values = _unpacked(cursor)
    except (ValueError, TypeError) as error:
        raise BadCursor from error
    if made_for != list(names) or len(values) != len(names):
        raise BadCursor
    return bool(back), values


__all__ = ["CAP", "BadCursor", "Count", "Page", "behind", "capped_count", "leads_back", "page"]
