"""A membership moves on: every step is a noun that is posted, and deleted to go back."""

import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Field as Described
from ninja import Router, Schema
from pydantic import field_validator

from enishi.core.japanese import fold
from enishi.members import actions
from enishi.members.fields import Wrong, clean
from enishi.members.models import LeaveReason, Member, StatusPeriod
from enishi.ui.written import listed

from .members import READ, WRITE, by_of
from .shapes import MemberAnswer, again, found

router = Router(tags=["membership"])


class Step(Schema):
    """When (today if left out; any usual writing of a date) and a remark."""

    on: str | None = Described(None, description="the day; a later one is planned")
    note: str = Described("", max_length=500)

    @field_validator("note")
    @classmethod
    def storable(cls, note: str) -> str:
        """Without the one character that the database cannot hold."""
        return note.replace("\x00", "")


class Suspension(Step):
    """A suspension may say when it ends."""

    until: str | None = None


class Leave(Step):
    """Why somebody leaves: the name or id of a leave reason."""

    reason: str | int | None = None


class Move(Step):
    """The type to move to, by name."""

    member_type: str


def day(field: str, text: str | None) -> date | None:
    """A day as the office would write it. Raises Invalid."""
    try:
        found_day: date | None = clean("joined_on", text)
    except Wrong as wrong:
        raise actions.Invalid({field: wrong.reason}) from wrong
    return found_day


def _simple(action: Callable[..., Member]) -> Callable[..., dict[str, Any]]:
    def step(request: HttpRequest, key: str, step: Step) -> dict[str, Any]:
        on = day("on", step.on)
        return again(action(found(key), on=on, note=step.note, by=by_of(request)), request)

    return step


for noun, action, summary in (
    ("approval", actions.approve, "Approve an application"),
    ("refusal", actions.refuse, "Refuse an application"),
    ("joining", actions.join, "Record a joining"),
    ("rejoining", actions.rejoin, "Record that a former member came back"),
    ("resumption", actions.resume, "Resume a suspended membership"),
    ("death", actions.mark_deceased, "Mark a member as deceased"),
):
    router.post(
        f"/members/{{key}}/{noun}",
        response=MemberAnswer,
        auth=WRITE,
        summary=summary,
        description=f"{summary}, today or on another day. What the status does not allow is 409.",
        operation_id=f"members_{noun}",
    )(_simple(action))


@router.post(
    "/members/{key}/suspension", response=MemberAnswer, auth=WRITE, summary="Suspend a membership"
)
def suspend(request: HttpRequest, key: str, step: Suspension) -> dict[str, Any]:
    """休会, from a day on, until another day if one is given."""
    member = actions.suspend(
        found(key),
        on=day("on", step.on),
        until=day("until", step.until),
        note=step.note,
        by=by_of(request),
    )
    return again(member, request)


@router.delete(
    "/members/{key}/suspension", response=MemberAnswer, auth=WRITE, summary="End a suspension"
)
def unsuspend(request: HttpRequest, key: str) -> dict[str, Any]:
    """The membership goes on from today."""
    return again(actions.resume(found(key), by=by_of(request)), request)


@router.post("/members/{key}/leave", response=MemberAnswer, auth=WRITE, summary="Record a leaving")
def leave(request: HttpRequest, key: str, step: Leave) -> dict[str, Any]:
    """退会, at once or on a later day. ``reason`` is one of the leave reasons."""
    member = actions.leave(
        found(key),
        on=day("on", step.on),
        reason=_reason(step.reason),
        note=step.note,
        by=by_of(request),
    )
    return again(member, request)


@router.delete(
    "/members/{key}/leave", response=MemberAnswer, auth=WRITE, summary="Take a planned leave back"
)
def stay(request: HttpRequest, key: str) -> dict[str, Any]:
    """Whatever was planned for a later day is taken back."""
    return again(actions.withdraw_plan(found(key), by=by_of(request)), request)


@router.post(
    "/members/{key}/type", response=MemberAnswer, auth=WRITE, summary="Change the member type"
)
def change_type(request: HttpRequest, key: str, step: Move) -> dict[str, Any]:
    """From a day on; the history keeps the type of before."""
    try:
        to = clean("member_type", step.member_type)
    except Wrong as wrong:
        raise actions.Invalid({"member_type": wrong.reason}) from wrong
    member = actions.change_type(
        found(key), to=to, on=day("on", step.on), note=step.note, by=by_of(request)
    )
    return again(member, request)


def _reason(said: str | int | None) -> LeaveReason | None:
    if said in (None, ""):
        return None
    reasons = LeaveReason.objects.filter(retired_at=None)
    by_id = re.fullmatch("[0-9]{1,18}", str(said))
    one = reasons.filter(pk=int(by_id[0])) if by_id else reasons.filter(name=fold(str(said)))
    if (found_reason := one.first()) is None:
        choices = listed(reasons.values_list("name", flat=True))
        sentence = _("“%(value)s” is none of: %(choices)s.")
        raise actions.Invalid({"reason": sentence % {"value": said, "choices": choices}})
    return found_reason


class PeriodAnswer(Schema):
    """One stretch of a membership. ``from_on`` null: nobody knows since when."""

    status: str
    member_type: str
    from_on: date | None
    to_on: date | None = Described(description="the first day after it; null while it goes on")
    reason: str
    note: str
    by: str
    recorded_at: datetime


@router.get(
    "/members/{key}/periods",
    response=list[PeriodAnswer],
    auth=READ,
    summary="The membership over time",
)
def periods(request: HttpRequest, key: str) -> list[dict[str, Any]]:
    """Oldest first, planned ones included."""
    rows = StatusPeriod.objects.filter(member=found(key)).select_related("type", "reason", "by")
    return [
        {
            "status": row.status,
            "member_type": row.type.name,
            "from_on": row.since,
            "to_on": row.to_on,
            "reason": row.reason.name if row.reason else "",
            "note": row.note,
            "by": str(row.by or ""),
            "recorded_at": row.recorded_at,
        }
        for row in rows
    ]
