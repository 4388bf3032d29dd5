"""Two memberships over time become one, and two again."""

import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import date
from typing import Any

from enishi.core.bulk import rows, run
from enishi.members.models import UNKNOWN_DAY, Member, Status
from enishi.members.timeline import Span, Spans, membership

# Where two records of one person say different things of a day, the one that says more is right:
# who was active here was not "not a member" there.
_SAYS_MORE = (
    *(Status.REFUSED, Status.LEFT, Status.APPLICANT),
    *(Status.PROVISIONAL, Status.SUSPENDED, Status.ACTIVE),
)


def combined(keep: Sequence[Span], drop: Sequence[Span]) -> Spans:
    """One history of both, without gap or overlap. Where both say the same, ``keep`` is quoted."""
    made: Spans = []
    for day in sorted({span.from_on for span in (*keep, *drop)}):
        of_keep, of_drop = _at(keep, day), _at(drop, day)
        said = of_drop if _rank(of_drop) > _rank(of_keep) else of_keep
        if said is None or (made and _same(made[-1], said)):
            continue
        if made:
            made[-1] = replace(made[-1], to_on=day)
        row = next((span.pk for span in keep if span.from_on == day), None)
        made.append(replace(said, from_on=day, to_on=None, pk=row))
    return made


def _at(spans: Sequence[Span], day: date) -> Span | None:
    return next((span for span in reversed(spans) if span.from_on <= day), None)


def _rank(span: Span | None) -> int:
    return -1 if span is None else _SAYS_MORE.index(Status(span.status))


def says_more(status: str, than: str) -> bool:
    """Whether a status stands above another where two records of one person differ."""
    return _SAYS_MORE.index(Status(status)) > _SAYS_MORE.index(Status(than))


def _same(one: Span, other: Span) -> bool:
    return one.status == other.status and one.type_id == other.type_id


def dates(spans: Sequence[Span]) -> tuple[date | None, date | None]:
    """Joined and left, as the periods have them: of the last membership."""
    start, end = membership(spans)
    joined = spans[start].from_on if start < end else None
    left = spans[-1].from_on if spans and spans[-1].status == Status.LEFT else None
    return _known(joined), _known(left)


def _known(day: date | None) -> date | None:
    return None if day == UNKNOWN_DAY else day


# The journal


def kept_rows(member: Member) -> list[dict[str, Any]]:
    """The member's periods as they stand in the table."""
    [[found]] = rows(
        "SELECT coalesce(jsonb_agg(to_jsonb(p) ORDER BY p.from_on), '[]')"
        " FROM members_statusperiod p WHERE p.member_id = %s",
        [member.pk],
    )
    kept: list[dict[str, Any]] = json.loads(found) if isinstance(found, str) else found
    return kept


def put_back(member: Member, before: Sequence[dict[str, Any]]) -> None:
    """The periods again as ``kept_rows`` saw them."""
    run("DELETE FROM members_statusperiod WHERE member_id = %s", [member.pk])
    run(
        "INSERT INTO members_statusperiod"
        " SELECT * FROM jsonb_populate_recordset(NULL::members_statusperiod, %s::jsonb)",
        [json.dumps(before)],
    )


def plain(spans: Sequence[Span]) -> list[dict[str, Any]]:
    """Spans as JSON, without the rows that hold them."""
    return [
        {
            **{name: value for name, value in asdict(span).items() if name != "pk"},
            "from_on": span.from_on.isoformat(),
            "to_on": span.to_on.isoformat() if span.to_on else None,
        }
        for span in spans
    ]


def read(found: Sequence[dict[str, Any]]) -> Spans:
    """Spans of rows, or of what ``plain`` made."""
    names = ("status", "type_id", "reason_id", "note", "by_id")
    return [
        Span(
            from_on=date.fromisoformat(row["from_on"]),
            to_on=date.fromisoformat(row["to_on"]) if row["to_on"] else None,
            **{name: row[name] for name in names},
            pk=row.get("id"),
        )
        for row in found
    ]


def without(before: Sequence[Span], after: Sequence[Span], now: Sequence[Span]) -> Spans:
    """What would be, had the merge not been: ``before`` up to where ``now`` was edited since.

    ``after`` is what the merge left behind; from the first day on which ``now`` says something
    else, ``now`` holds.
    """
    days = sorted({span.from_on for span in (*after, *now)})
    edited = next((d for d in days if not _alike(_at(after, d), _at(now, d))), None)
    if edited is None:
        return list(before)
    made = [span for span in before if span.from_on < edited]
    if made:
        made[-1] = replace(made[-1], to_on=edited)
    for i, span in enumerate(s for s in now if s.to_on is None or s.to_on > edited):
        made.append(replace(span, from_on=edited) if i == 0 and span.from_on < edited else span)
    rows_of = {span.from_on: span.pk for span in now}
    return [replace(span, pk=rows_of.get(span.from_on)) for span in made]


def _alike(one: Span | None, other: Span | None) -> bool:
    if one is None or other is None:
        return one is other
    one, other = (replace(s, from_on=UNKNOWN_DAY, to_on=None, pk=None) for s in (one, other))
    return one == other
