"""Sending, watching, results."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Field as Described
from ninja import Query, Router, Schema, Status
from pydantic import ConfigDict

from enishi.accounts.api import WrongInput, needs
from enishi.accounts.models import User
from enishi.campaigns import actions, reporting
from enishi.campaigns.audience import REASONS
from enishi.campaigns.models import Batch, Recipient
from enishi.campaigns.permissions import sees_emails
from enishi.core.pages import page
from enishi.messaging.permissions import without_addresses
from enishi.segments.conditions import seen_by
from enishi.segments.models import Segment

from .campaigns import READ
from .shapes import CampaignAnswer, answer, by_of, found

router = Router(tags=["campaigns"])
SEND, APPROVE = needs("campaigns:send"), needs("campaigns:approve")
LONGEST_KEY = 200


class Order(Schema):
    """When to send; now when nothing is said."""

    model_config = ConfigDict(extra="forbid")

    at: Any = Described(None, description="with offset, or in the organisation's zone")


@router.post(
    "/campaigns/{int:id}/sending",
    response={200: CampaignAnswer, 202: CampaignAnswer},
    auth=SEND,
    summary="Send a campaign",
    by_alias=True,
)
def start(request: HttpRequest, id: int, order: Order | None = None) -> Status[dict[str, Any]]:
    """Send ``Idempotency-Key``: the same order given twice (200) is one; another under the
    same key is refused with 422. Another order for a campaign that was started is refused with
    409, faults in the text with 422 and their places."""
    key = request.headers.get("Idempotency-Key", "").strip()
    if len(key) > LONGEST_KEY:
        raise WrongInput([("Idempotency-Key", _("At most 200 characters."))])
    at = _at(order.at if order is not None else None)
    row, new = actions.start(found(id), by=by_of(request), key=key, at=at)
    return Status(202 if new else 200, answer(row))


def _at(written: Any) -> datetime | None:
    if written in (None, ""):
        return None
    try:
        if "T" not in (text := str(written).upper().replace(" ", "T")):
            raise ValueError  # a day alone would be its midnight
        at = datetime.fromisoformat(text)
    except ValueError as error:
        sentence = _("Write a time such as 2026-11-21T09:00:00+09:00.")
        raise WrongInput([("at", sentence)]) from error
    return at if timezone.is_aware(at) else timezone.make_aware(at)


class Change(Schema):
    """Either ``paused`` (true: nothing leaves for now; false: it goes on), or ``at``: another time
    for a campaign that is scheduled."""

    model_config = ConfigDict(extra="forbid")

    paused: bool | None = None
    at: Any = Described(None, description="with offset, or in the organisation's zone")


@router.patch(
    "/campaigns/{int:id}/sending",
    response=CampaignAnswer,
    auth=SEND,
    summary="Pause, go on, or move to another time",
    by_alias=True,
)
def change(request: HttpRequest, id: int, wanted: Change) -> dict[str, Any]:
    """Pausing takes effect within seconds. A time that is over is refused with 422, a campaign
    that is not scheduled (any more) with 409."""
    at = _at(wanted.at)
    if (at is None) == (wanted.paused is None):
        raise WrongInput([("paused", _("Write either paused or at."))])
    if at is not None:
        return answer(actions.reschedule(found(id), at=at, by=by_of(request)))
    work = actions.pause if wanted.paused else actions.resume
    return answer(work(found(id), by=by_of(request)))


@router.delete(
    "/campaigns/{int:id}/sending",
    response=CampaignAnswer,
    auth=SEND,
    summary="Cancel",
    by_alias=True,
)
def cancel(request: HttpRequest, id: int) -> dict[str, Any]:
    """Takes back a schedule, or stops the sending for good: who waits does not get the mail."""
    return answer(actions.cancel(found(id), by=by_of(request)))


class RecipientAnswer(Schema):
    """What became of the mail to one member."""

    id: int
    member: str = Described(description="member number")
    member_id: int
    email: str = Described(description="'' without the scope members:read")
    variant: int
    state: str = Described(
        description="held, pending, claimed, handed_over, accepted, failed, uncertain or skipped"
    )
    reason: str
    attempts: int
    sent_at: datetime | None
    opened_at: datetime | None
    clicked_at: datetime | None
    bounced_at: datetime | None
    complained_at: datetime | None
    unsubscribed_at: datetime | None


class RecipientPage(Schema):
    items: list[RecipientAnswer]
    next: str | None


class Which(Schema):
    state: str = Described("", description="one of the states, or several parted by commas")
    did: str = Described(
        "",
        description="opened, clicked, bounced (refused at once, too), complained or unsubscribed; "
        "several parted by commas: all of them",
    )
    limit: int = Described(100, ge=1, le=1000)
    cursor: str = ""


@router.get(
    "/campaigns/{int:id}/recipients",
    response=RecipientPage,
    auth=READ,
    summary="Recipients of a campaign",
)
def recipients(request: HttpRequest, id: int, which: Query[Which]) -> dict[str, Any]:
    """Everybody in the frozen audience, those left out included, with the reason."""
    campaign = found(id)
    rows = Recipient.objects.filter(campaign=campaign).select_related("member")
    if which.state:
        states = [one.strip() for one in which.state.split(",") if one.strip()]
        if strange := [one for one in states if one not in Recipient.State.values]:
            sentence = _("There is no such state. There are: %(known)s.")
            known = ", ".join(Recipient.State.values)
            raise WrongInput([("state", sentence % {"known": known, "state": strange[0][:40]})])
        rows = rows.in_states(campaign, states)
    for deed in [one.strip() for one in which.did.split(",") if one.strip()]:
        if deed not in reporting.DEEDS:
            known = ", ".join(reporting.DEEDS)
            raise WrongInput([("did", _("Write one of: %(known)s.") % {"known": known})])
        rows = rows.filter(reporting.DEEDS[deed])
    rows = rows.only(*_COLUMNS, "member__number")
    got = page(rows, sort=[], cursor=which.cursor, limit=which.limit)
    shown, under_way = sees_emails(request), Batch.under_way(campaign)
    items = [_recipient(one.now(under_way), shown=shown) for one in got.items]
    return {"items": items, "next": got.next or None}


_COLUMNS = (
    *("campaign_id", "member_id", "email", "variant", "state", "reason", "attempts", "sent_at"),
    *("opened_at", "clicked_at", "bounced_at", "complained_at", "unsubscribed_at"),
)


def _recipient(one: Recipient, *, shown: bool) -> dict[str, Any]:
    return {
        **{name: getattr(one, name) for name in _COLUMNS if name != "campaign_id"},
        **({} if shown else {"email": "", "reason": without_addresses(one.reason)}),
        "id": one.pk,
        "member": one.member.number,
    }


class Decision(Schema):
    """What to do with uncertain mails."""

    decision: str = Described(description="again (may arrive twice) or leave")
    ids: list[int] | None = Described(None, description="of recipients; without: all uncertain")


class Decided(Schema):
    decided: int


@router.post(
    "/campaigns/{int:id}/uncertain",
    response=Decided,
    auth=SEND,
    summary="Decide on uncertain mails",
)
def decide_uncertain(request: HttpRequest, id: int, wanted: Decision) -> dict[str, int]:
    """Mails that were handed over and whose answer was lost: only the office can decide."""
    if wanted.decision not in ("again", "leave"):
        raise WrongInput([("decision", _("Write “again” or “leave”."))])
    count = actions.decide_uncertain(
        found(id), again=wanted.decision == "again", by=by_of(request), ids=wanted.ids
    )
    return {"decided": count}


class Winner(Schema):
    variant: int


@router.put(
    "/campaigns/{int:id}/winner",
    response=CampaignAnswer,
    auth=SEND,
    summary="Choose the winner of a test",
    by_alias=True,
)
def choose_winner(request: HttpRequest, id: int, winner: Winner) -> dict[str, Any]:
    """The rest of the audience gets this variant."""
    return answer(actions.choose_winner(found(id), winner.variant, by=by_of(request)))


class Asking(Schema):
    note: str = ""


class ApprovalAnswer(Schema):
    approved: bool | None
    note: str


@router.post(
    "/campaigns/{int:id}/approval",
    response={201: ApprovalAnswer},
    auth=SEND,
    summary="Ask for approval",
)
def ask(request: HttpRequest, id: int, asking: Asking) -> Status[dict[str, Any]]:
    """Of the campaign as it is now; a change afterwards needs a new one."""
    row = actions.ask_approval(found(id), by=by_of(request), note=asking.note)
    return Status(201, {"approved": row.approved, "note": row.note})


class Verdict(Schema):
    approved: bool
    note: str = ""


@router.put(
    "/campaigns/{int:id}/approval", response=ApprovalAnswer, auth=APPROVE, summary="Approve, or not"
)
def decide(request: HttpRequest, id: int, verdict: Verdict) -> dict[str, Any]:
    """By somebody else than who asked."""
    by = by_of(request)
    if by is None:
        raise WrongInput([("", _("Only a person can approve: use a token that somebody made."))])
    row = actions.decide(found(id), approved=verdict.approved, by=by, note=verdict.note)
    return {"approved": row.approved, "note": row.note}


class Archive(Schema):
    """true: anybody may read it under /archive/; also after it was sent."""

    public: bool


@router.put(
    "/campaigns/{int:id}/archive",
    response=CampaignAnswer,
    auth=SEND,
    summary="Put into the public archive, or take out",
    by_alias=True,
)
def archive(request: HttpRequest, id: int, wanted: Archive) -> dict[str, Any]:
    """Without names, and without parts for a segment."""
    return answer(actions.set_archived(found(id), archived=wanted.public, by=by_of(request)))


class Results(Schema):
    """Figures of people; machines are counted apart. null: not measured."""

    counts: dict[str, int]
    sent: int
    delivered: int
    bounced: int
    complained: int
    unsubscribed: int
    opened: int | None
    clicked: int | None
    machine: dict[str, int]
    verdicts: list[dict[str, Any]]
    dropped: list[dict[str, Any]]
    links: list[dict[str, Any]]
    hours: list[dict[str, Any]]
    segments: list[dict[str, Any]] = Described(
        description="id, name, sent, opened, clicked of members as they are now; problem: why not"
    )
    variants: list[dict[str, Any]] = Described(
        description="number, letter, mails, opened, clicked, converted; hits and rate of what "
        "decides the test"
    )
    confidence: float | None
    failures: list[dict[str, Any]]
    conversions: list[dict[str, Any]] = Described(
        description="kind, label, people and times, of those who clicked, within the days chosen"
    )


@router.get(
    "/campaigns/{int:id}/results", response=Results, auth=READ, summary="Results of a campaign"
)
def results(request: HttpRequest, id: int, segments: str = "") -> dict[str, Any]:
    """By link, hour, variant and segment; member by member: …/recipients.

    ``segments``: ids of up to ten segments, parted by commas; without it those of the audience."""
    row = found(id)
    wanted = _segments(segments, by_of(request)) if segments else None
    figures = reporting.figures(row)
    tested = reporting.tested(row)
    names = ("counts", "sent", "delivered", "bounced", "complained", "unsubscribed")
    return {
        **{name: getattr(figures, name) for name in (*names, "opened", "clicked")},
        "machine": {"opens": figures.machine_opens, "clicks": figures.machine_clicks},
        "verdicts": reporting.machines(row),
        "dropped": [
            {"reason": reason, "text": str(REASONS.get(reason, reason)), "count": count}
            for reason, count in row.dropped.items()
        ],
        "links": [vars(one) for one in reporting.links(row)],
        "hours": reporting.hours(row),
        "segments": [vars(one) for one in reporting.by_segment(row, wanted, by=by_of(request))],
        "variants": [
            {**vars(one), "letter": one.letter, "rate": one.rate}
            for one in (tested.scores if tested else [])
        ],
        "confidence": tested.confidence if tested else None,
        "failures": [
            {"reason": reason, "count": count} for reason, count in reporting.failures(row)
        ],
        "conversions": [vars(one) for one in reporting.conversions(row)],
    }


def _segments(written: str, by: User | None) -> list[int]:
    """The ids of segments that a program asks about."""
    said = [one.strip() for one in written.split(",") if one.strip()]
    numbers = [int(one) for one in said if one.isascii() and one.isdigit() and len(one) <= 18]
    if len(numbers) < len(said) or len(set(numbers)) > reporting.MOST_SEGMENTS:
        sentence = _("Write the ids of up to %(most)d segments, parted by commas.")
        raise WrongInput([("segments", sentence % {"most": reporting.MOST_SEGMENTS})])
    seen = {one.pk for one in seen_by(Segment.objects.filter(pk__in=numbers), by)}
    if missing := [one for one in numbers if one not in seen]:
        sentence = _("There is no segment with the number %(number)s.")
        raise WrongInput([("segments", sentence % {"number": missing[0]})])
    return numbers
