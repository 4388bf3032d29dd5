"""A membership moves on: apply, approve, join, suspend, resume, leave, rejoin, change type, die.

Each takes the day ``on`` (today when left out) and refuses a day before the present status began.
A day in the future is a plan: it is written down now and comes true when its day comes.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from django.db import transaction

from enishi.core import clock
from enishi.core.facts import announce
from enishi.members import timeline
from enishi.members.facts import (
    ApplicationApproved,
    ApplicationRefused,
    MemberApplied,
    MemberDied,
    MemberJoined,
    MemberLeft,
    MemberRejoined,
    MemberResumed,
    MemberSuspended,
    PlanWithdrawn,
    StatusChanged,
    TypeChanged,
)
from enishi.members.models import LeaveReason, Member, MemberType, Status
from enishi.members.timeline import Span, Spans, at, go_on, planned

from . import refusals as no
from .members import Values, add
from .roll import By, by_id, keep, keep_spans, locked, spans_of


@transaction.atomic
def apply(values: Values, *, by: By) -> Member:
    """Enter somebody who asks to become a member."""
    member = add({**values, "status": Status.APPLICANT}, by=by)
    announce(MemberApplied(about=member, on=clock.today(), by=by))
    return member


@transaction.atomic
def approve(member: Member, *, on: date | None = None, note: str = "", by: By) -> Member:
    """Approve an application: the applicant is a provisional member until the joining."""
    member, spans, on = _begin(member, on)
    if member.status != Status.APPLICANT:
        raise no.NotAnApplicant
    _refuse_planned(spans)
    _move(member, spans, Span(Status.PROVISIONAL, member.type_id, on, note=note), by=by)
    _announce(ApplicationApproved, member, on, note, by)
    return member


@transaction.atomic
def refuse(member: Member, *, on: date | None = None, note: str = "", by: By) -> Member:
    """Refuse an application."""
    member, spans, on = _begin(member, on)
    if member.status != Status.APPLICANT:
        raise no.NotAnApplicant
    _refuse_planned(spans)
    _move(member, spans, Span(Status.REFUSED, member.type_id, on, note=note), by=by)
    _announce(ApplicationRefused, member, on, note, by)
    return member


@transaction.atomic
def join(member: Member, *, on: date | None = None, note: str = "", by: By) -> Member:
    """The membership of an applicant or provisional member begins."""
    member, spans, on = _begin(member, on)
    if member.status in timeline.ON_ROLL:
        raise no.AlreadyMember
    if member.status not in (Status.APPLICANT, Status.PROVISIONAL):
        raise no.NotAnApplicant
    member.joined_on, member.left_on = on, None
    _move(
        member,
        spans,
        Span(Status.ACTIVE, member.type_id, on, note=note),
        by=by,
        columns={"joined_on", "left_on"},
    )
    _announce(MemberJoined, member, on, note, by)
    return member


@transaction.atomic
def suspend(
    member: Member,
    *,
    on: date | None = None,
    until: date | None = None,
    note: str = "",
    by: By,
) -> Member:
    """Suspend a membership (休会), until a day if one is given."""
    member, spans, on = _begin(member, on)
    if member.status not in (Status.ACTIVE, Status.PROVISIONAL):
        raise no.NotActive
    _refuse_planned(spans)
    if until is not None and until <= on:
        raise no.EndsTooEarly
    nexts = [Span(Status.SUSPENDED, member.type_id, on, note=note)]
    if until is not None:
        nexts.append(Span(Status.ACTIVE, member.type_id, until))
    _move(member, spans, *nexts, by=by)
    announce(
        MemberSuspended(about=member, on=on, until=until, note=note, version=member.version, by=by)
    )
    return member


@transaction.atomic
def resume(member: Member, *, on: date | None = None, note: str = "", by: By) -> Member:
    """A suspended membership goes on; a planned end of the suspension is replaced."""
    member, spans, on = _begin(member, on)
    if member.status != Status.SUSPENDED:
        raise no.NotSuspended
    _refuse_planned([span for span in spans if span.status != Status.ACTIVE])
    _move(member, spans, Span(Status.ACTIVE, member.type_id, on, note=note), by=by)
    _announce(MemberResumed, member, on, note, by)
    return member


@transaction.atomic
def leave(
    member: Member,
    *,
    on: date | None = None,
    reason: LeaveReason | None = None,
    note: str = "",
    by: By,
) -> Member:
    """End a membership, at once or on a later day; a leave that was planned is replaced."""
    member, spans, on = _begin(member, on)
    if member.has_left:
        raise no.AlreadyLeft
    if member.status not in (*timeline.ON_ROLL, Status.PROVISIONAL):
        raise no.NotAMember
    member.left_on = on
    if member.joined_on is not None and member.joined_on > on:
        member.joined_on = None  # was to join later, and will not
    span = Span(Status.LEFT, member.type_id, on, reason_id=reason.pk if reason else None, note=note)
    _move(member, spans, span, by=by, columns={"left_on", "joined_on"})
    announce(
        MemberLeft(about=member, on=on, reason=reason, note=note, version=member.version, by=by)
    )
    return member


@transaction.atomic
def rejoin(member: Member, *, on: date | None = None, note: str = "", by: By) -> Member:
    """Somebody who had left comes back, under the same number."""
    member, spans, on = _begin(member, on)
    if member.status not in (Status.LEFT, Status.REFUSED):
        raise no.NotLeft
    if member.deceased_on is not None:
        raise no.AlreadyDeceased
    member.joined_on, member.left_on = on, None
    _move(
        member,
        spans,
        Span(Status.ACTIVE, member.type_id, on, note=note),
        by=by,
        columns={"joined_on", "left_on"},
    )
    _announce(MemberRejoined, member, on, note, by)
    return member


@transaction.atomic
def change_type(
    member: Member, *, to: MemberType, on: date | None = None, note: str = "", by: By
) -> Member:
    """Move a member to another type from a day on; the status stays as it is, also later."""
    member, old, on = _begin(member, on)
    here = at(old, on)
    if here.type_id == to.pk:
        raise no.SameType
    if to.retired_at is not None:
        raise no.RetiredType
    before = member.type
    new = timeline.with_type(old, on, to.pk, by_id(by))
    if note:
        new = [replace(span, note=note) if span.from_on == on else span for span in new]
    keep(member, keep_spans(member, old, new) or {"version"})
    if member.type_id == to.pk:
        member.type = to
    announce(
        TypeChanged(
            about=member, on=on, old=before, new=to, note=note, version=member.version, by=by
        )
    )
    return member


@transaction.atomic
def mark_deceased(
    member: Member,
    *,
    on: date | None = None,
    reason: LeaveReason | None = None,
    note: str = "",
    by: By,
) -> Member:
    """Record a death. A membership that runs, or was to go on, ends on that day."""
    member = locked(member)
    on = on or clock.today()
    if member.deceased_on is not None:
        raise no.AlreadyDeceased
    if on > clock.today():
        raise no.StillToCome
    member.deceased_on = on
    columns = {"deceased_on"}
    spans = spans_of(member)
    if member.status not in (Status.LEFT, Status.REFUSED):
        if member.joined_on is not None and on < member.joined_on:
            raise no.TooEarly(since=member.joined_on)
        member.left_on = on
        columns.add("left_on")
        end = Span(
            Status.LEFT, member.type_id, on, reason_id=reason.pk if reason else None, note=note
        )
        _move(member, spans, end, by=by, columns=columns)
    else:
        keep(member, columns)
    announce(MemberDied(about=member, on=on, note=note, version=member.version, by=by))
    return member


@transaction.atomic
def withdraw_plan(member: Member, *, by: By) -> Member:
    """Take back what is planned for later days; the present status goes on."""
    member = locked(member)
    today = clock.today()
    old = spans_of(member)
    later = planned(old, today)
    if len(later) in (0, len(old)):  # without a present there is nothing to go back to
        raise no.NothingPlanned
    kept = [span for span in old if span.from_on <= today]
    kept[-1] = replace(kept[-1], to_on=None)
    columns = keep_spans(member, old, kept)
    for name in ("left_on", "joined_on"):
        day = getattr(member, name)
        if day is not None and day > today:
            setattr(member, name, None)
            columns.add(name)
    keep(member, columns or {"version"})
    announce(PlanWithdrawn(about=member, on=later[0].from_on, version=member.version, by=by))
    return member


def _begin(member: Member, on: date | None) -> tuple[Member, Spans, date]:
    """Lock; refuse a day before the status of today began."""
    member = locked(member)
    today = clock.today()
    on = on or today
    spans = spans_of(member)
    since = at(spans, today).from_on
    if on < since:
        raise no.TooEarly(since=since)
    return member, spans, on


def _refuse_planned(spans: Spans) -> None:
    if later := planned(spans, clock.today()):
        raise no.ChangePlanned(on=later[0].from_on)


def _move(
    member: Member, old: Spans, *nexts: Span, by: By, columns: set[str] | None = None
) -> None:
    made = [replace(span, by_id=by_id(by)) for span in nexts]
    moved = keep_spans(member, old, go_on(old, *made))
    keep(member, moved | (columns or set()) or {"version"})


def _announce(
    fact: Callable[..., StatusChanged], member: Member, on: date, note: str, by: By
) -> None:
    announce(fact(about=member, on=on, note=note, version=member.version, by=by))
