"""A membership over time as a list of spans, and what can be done to it. Knows no database.

Spans follow each other without gap or overlap; the last one is open. Every operation returns a
new list that keeps this.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise

from .models.status import UNKNOWN_DAY, Status

ON_ROLL = (Status.ACTIVE, Status.SUSPENDED)


@dataclass(frozen=True)
class Span:
    """From ``from_on`` (included) to ``to_on`` (excluded; None: open). ``pk``: its row, if any."""

    status: str
    type_id: int
    from_on: date
    to_on: date | None = None
    reason_id: int | None = None
    note: str = ""
    by_id: int | None = None
    pk: int | None = None

    def holds(self, day: date) -> bool:
        return self.from_on <= day and (self.to_on is None or day < self.to_on)


Spans = list[Span]


def at(spans: Sequence[Span], day: date) -> Span:
    """The span of ``day``; the first one for a day before everything."""
    return next((span for span in reversed(spans) if span.from_on <= day), spans[0])


def planned(spans: Sequence[Span], day: date) -> Spans:
    """What begins after ``day``."""
    return [span for span in spans if span.from_on > day]


def until(spans: Sequence[Span], day: date) -> Spans:
    """What lies before ``day``, the last span ending there."""
    kept = [span for span in spans if span.from_on < day]
    if kept and (kept[-1].to_on is None or kept[-1].to_on > day):
        kept[-1] = replace(kept[-1], to_on=day)
    return kept


def go_on(spans: Sequence[Span], *nexts: Span) -> Spans:
    """From the first of ``nexts`` on, these instead of what was there."""
    made = until(spans, nexts[0].from_on)
    for span, following in zip(nexts, [*nexts[1:], None], strict=True):
        made.append(replace(span, to_on=following.from_on if following else None))
    return made


def with_type(spans: Sequence[Span], day: date, type_id: int, by_id: int | None) -> Spans:
    """The same statuses, but of another type from ``day`` on."""
    made: Spans = []
    for span in spans:
        if span.type_id == type_id or (span.to_on is not None and span.to_on <= day):
            made.append(span)
        elif span.from_on >= day:
            made.append(replace(span, type_id=type_id))
        else:
            made.append(replace(span, to_on=day))
            made.append(replace(span, from_on=day, type_id=type_id, by_id=by_id, pk=None))
    return made


def membership(spans: Sequence[Span]) -> tuple[int, int]:
    """Where the last membership begins and ends among ``spans``: [start, end) of its spans.

    The last run of active and suspended spans; empty (start == end) when there is none.
    """
    end = len(spans)
    while end > 0 and spans[end - 1].status not in ON_ROLL:
        end -= 1
    start = end
    while start > 0 and spans[start - 1].status in ON_ROLL:
        start -= 1
    return start, end


def joined_from(spans: Sequence[Span], day: date | None) -> Spans:
    """The last membership begins on ``day`` (None: nobody knows when).

    What lay before gives way or reaches up to that day.
    """
    start, end = membership(spans)
    if start == end:
        return list(spans)
    first = UNKNOWN_DAY if day is None else day
    before, run, after = spans[:start], list(spans[start:end]), list(spans[end:])
    run = [s for s in run if s.to_on is None or s.to_on > first]
    if not run:  # joined on the day of leaving, or later: nothing is left of the membership
        return _closed([*until(before, first), *after])
    run[0] = replace(run[0], from_on=first)
    before = [s for s in before if s.from_on < first]
    if before:
        before[-1] = replace(before[-1], to_on=first)
    return [*before, *run, *after]


def not_left(spans: Sequence[Span], otherwise: Span) -> Spans:
    """As if the last leave had never been recorded; ``otherwise`` where nothing else is known."""
    kept = list(spans)
    while kept and kept[-1].status == Status.LEFT:
        kept.pop()
    if not kept:
        return [replace(otherwise, to_on=None)]
    kept[-1] = replace(kept[-1], to_on=None)
    return kept


def _closed(spans: Iterable[Span]) -> Spans:
    """The spans made to follow each other again."""
    made = sorted(spans, key=lambda span: span.from_on)
    for i, following in enumerate(made[1:]):
        made[i] = replace(made[i], to_on=following.from_on)
    if made:
        made[-1] = replace(made[-1], to_on=None)
    return made


def first_spans(
    status: str, type_id: int, *, joined: date | None, left: date | None, today: date
) -> Spans:
    """The spans of a member who is entered with these dates.

    Somebody who joins later is provisional until then. SQL for whole lists: ``actions.periods``.
    """
    if status not in (*ON_ROLL, Status.LEFT):
        return [Span(status, type_id, today)]
    if status == Status.LEFT and left is None:
        return [Span(status, type_id, UNKNOWN_DAY)]
    start = joined or UNKNOWN_DAY
    made: Spans = []
    if start > today:
        made.append(Span(Status.PROVISIONAL, type_id, today, start))
    if left is None or start < left:
        made.append(Span(status if status in ON_ROLL else Status.ACTIVE, type_id, start, left))
    if left is not None:
        made = until(made, left)
        made.append(Span(Status.LEFT, type_id, left))
    return made


def problem(spans: Sequence[Span]) -> str:
    """What is wrong with the list, '' if nothing; for tests and doubts."""
    if not spans:
        return "no span"
    if spans[-1].to_on is not None:
        return "the last span ends"
    for span, following in pairwise(spans):
        if span.to_on != following.from_on:
            return f"{span} does not meet {following}"
        if span.from_on >= following.from_on:
            return f"{span} is empty"
    return ""
