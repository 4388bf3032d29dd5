"""Sending: now or later, pausing, cancelling, and what to do about uncertain mails."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from enishi.accounts.models import User
from enishi.campaigns.body.checking import TextFaults, faults_of
from enishi.campaigns.facts import (
    CampaignMissed,
    CampaignScheduled,
    CampaignUnscheduled,
    SendingCancelled,
    SendingPaused,
    SendingResumed,
    UncertainDecided,
    WinnerChosen,
)
from enishi.campaigns.models import Campaign, Recipient, Start, State
from enishi.campaigns.sending import freezing, watching
from enishi.core import clock
from enishi.core.facts import announce

from . import refusals
from .approving import is_approved, needs_approval

JUST_NOW = timedelta(minutes=10)
FAR_YEAR = 2200  # from here on a year is a slip of the hand


def locked(campaign: Campaign) -> Campaign:
    return Campaign.objects.select_for_update(of=("self",)).get(pk=campaign.pk)


def test_gap(campaign: Campaign) -> tuple[str, str] | None:
    """The field, and the sentence, for what an A/B test lacks to find its winner by itself."""
    if campaign.winner_by == "hand" or campaign.variants.count() < 2:
        return None
    if not campaign.tracked:
        text = _("The test needs figures: measure opens and clicks, or choose the winner by hand.")
        return "tracked", text
    if campaign.winner_by == "conversions" and not campaign.conversions:
        return "conversions", _("Choose what counts as success: the test is decided by it.")
    if campaign.winner_by == "opens" and not campaign.has_opens:
        return "winner_by", _("Opens of a mail of text only are not measured: decide by clicks.")
    return None


def refuse_unready(campaign: Campaign, by: User | None) -> None:
    """Raise NotReady or TextFaults for what must not be sent."""
    errors: dict[str, str] = {}
    if not campaign.subject.strip():
        errors["subject"] = _("Write a subject.")
    if not any(campaign.body.values()):
        errors["body"] = _("Write the mail.")
    if not campaign.audience.get("include"):
        errors["audience"] = _("Choose who gets the mail.")
    if campaign.is_advertising and campaign.topic is None:
        errors["topic"] = _("Advertising needs a topic that members can agree to.")
    if found := test_gap(campaign):
        errors[found[0]] = found[1]
    if errors:
        raise refusals.NotReady(errors)
    if faults := faults_of(campaign, list(campaign.variants.all()), by):
        raise TextFaults(faults)


def refuse_far(at: datetime) -> None:
    """Raise TooFarAhead; asked first, for such a time has no place in other zones."""
    if at.year >= FAR_YEAR:
        raise refusals.TooFarAhead


def refuse_start(campaign: Campaign, by: User | None) -> None:
    """Raise NotReady, TextFaults or NeedsApproval: ``by`` may not order this to be sent."""
    refuse_unready(campaign, by)
    if needs_approval(by) and not is_approved(campaign):
        raise refusals.NeedsApproval


@transaction.atomic
def start(
    campaign: Campaign, *, by: User | None, key: str = "", at: datetime | None = None
) -> tuple[Campaign, bool]:
    """Send a campaign, now or ``at``. True for a new order, False for the same ``key`` again.

    A time that was just now is now; one further back is a mistake, of the year perhaps.
    Raises AlreadyStarted, OtherOrder, NotReady, TextFaults, NeedsApproval, InThePast, TooFarAhead.
    """
    if at is not None:
        refuse_far(at)
    campaign = locked(campaign)
    if key and (before := Start.objects.filter(campaign=campaign, key=key).first()):
        if not _same_time(campaign, before, at):
            raise refusals.OtherOrder
        return campaign, False
    if not campaign.is_open:
        raise refusals.AlreadyStarted
    refuse_start(campaign, by)
    now = clock.now()
    if at is not None and at < now - JUST_NOW:
        raise refusals.InThePast
    Start.objects.create(campaign=campaign, key=key, by=by)
    if at is not None and at > now:
        campaign.state, campaign.send_at, campaign.why_paused = State.SCHEDULED, at, ""
        campaign.save(update_fields=["state", "send_at", "why_paused"])
        announce(CampaignScheduled(about=campaign, by=by, at=at.isoformat(timespec="minutes")))
        return campaign, True
    campaign.send_at, campaign.why_paused = now, ""
    campaign.save(update_fields=["send_at", "why_paused"])
    _begin(campaign)
    return campaign, True


def _same_time(campaign: Campaign, before: Start, at: datetime | None) -> bool:
    """Whether ``at`` is what was ordered before; a time that had passed then meant at once."""
    if campaign.send_at is None:  # the schedule was taken back
        return True
    if campaign.starts.filter(pk__gt=before.pk).exists():  # or moved to another time
        return True
    if at is None or at <= before.at:
        return campaign.send_at <= before.at + timedelta(seconds=1)
    return at == campaign.send_at


def _begin(campaign: Campaign) -> None:
    from enishi.campaigns.jobs import freeze_audience

    campaign.state = State.FREEZING
    campaign.save(update_fields=["state"])
    freeze_audience.enqueue(about=campaign, campaign_id=campaign.pk)


@transaction.atomic
def begin_due() -> int:
    """Start scheduled campaigns whose time has come; those that are too late are not started."""
    begun = 0
    for campaign in Campaign.objects.due().select_for_update(skip_locked=True, of=("self",)):
        if campaign.is_too_late(clock.now()):
            campaign.state = State.MISSED
            campaign.save(update_fields=["state"])
            announce(CampaignMissed(about=campaign, by=None, hours=campaign.late_hours))
            continue
        _begin(campaign)
        begun += 1
    return begun


@transaction.atomic
def pause(campaign: Campaign, *, by: User | None) -> Campaign:
    """Let nothing more leave for now. Raises NotSending."""
    campaign = locked(campaign)
    if campaign.state == State.PAUSED:
        return campaign
    if campaign.state != State.SENDING:
        raise refusals.NotSending
    campaign.state, campaign.why_paused = State.PAUSED, "hand"
    campaign.save(update_fields=["state", "why_paused"])
    announce(SendingPaused(about=campaign, by=by, why="hand"))
    return campaign


@transaction.atomic
def resume(campaign: Campaign, *, by: User | None) -> Campaign:
    """Go on. What came back until now is not held against the campaign again."""
    campaign = locked(campaign)
    if campaign.state == State.SENDING:
        return campaign
    if campaign.state != State.PAUSED:
        raise refusals.NotSending
    if campaign.why_paused in ("bounces", "complaints"):
        mails, bounces, complaints = watching.counted(campaign.pk)
        campaign.watched_from = mails
        campaign.bounces_before, campaign.complaints_before = bounces, complaints
    campaign.state, campaign.why_paused = State.SENDING, ""
    campaign.save(
        update_fields=[
            *("state", "why_paused", "watched_from", "bounces_before", "complaints_before")
        ]
    )
    announce(SendingResumed(about=campaign, by=by))
    _senders()
    return campaign


@transaction.atomic
def cancel(campaign: Campaign, *, by: User | None) -> Campaign:
    """Take back a schedule, or stop the sending for good: who waits does not get it."""
    from enishi.campaigns.jobs import drop_waiting

    campaign = locked(campaign)
    if campaign.state == State.SCHEDULED:
        campaign.state, campaign.send_at = State.DRAFT, None
        campaign.save(update_fields=["state", "send_at"])
        announce(CampaignUnscheduled(about=campaign, by=by))
        return campaign
    if campaign.state == State.CANCELLED:
        return campaign
    if not campaign.is_under_way:
        raise refusals.NotScheduled
    campaign.state, campaign.ended_at = State.CANCELLED, clock.now()
    campaign.save(update_fields=["state", "ended_at"])
    announce(SendingCancelled(about=campaign, by=by))
    drop_waiting.enqueue(about=campaign, campaign_id=campaign.pk)
    return campaign


def _senders() -> None:
    from enishi.campaigns.jobs import ask_for_senders

    ask_for_senders()


@transaction.atomic
def decide_uncertain(
    campaign: Campaign, *, again: bool, by: User | None, ids: Sequence[int] | None = None
) -> int:
    """Send uncertain mails once more (they may arrive twice), or leave them as they are.

    Without ``ids`` all of them. Raises NothingUncertain, NotSending.
    """
    campaign = locked(campaign)
    if campaign.state == State.CANCELLED and again:
        raise refusals.NotSending
    rows = Recipient.objects.filter(campaign=campaign, state=Recipient.State.UNCERTAIN)
    if ids is not None:
        rows = rows.filter(pk__in=ids)
    if again:
        count = rows.update(state=Recipient.State.PENDING, next_try=clock.now(), reason="")
    else:
        count = rows.update(state=Recipient.State.FAILED, reason="left_alone")
    if not count:
        raise refusals.NothingUncertain
    if again and campaign.state == State.DONE:
        campaign.state, campaign.ended_at = State.SENDING, None
        campaign.save(update_fields=["state", "ended_at"])
    if again:
        _senders()
    decision = "again" if again else "leave"
    announce(UncertainDecided(about=campaign, by=by, decision=decision, count=count))
    return count


@transaction.atomic
def choose_winner(campaign: Campaign, number: int, *, by: User | None) -> Campaign:
    """Give the rest of the audience one of the variants. Raises NoTest."""
    campaign = locked(campaign)
    variant = campaign.variants.filter(number=number).first()
    waiting = Recipient.objects.filter(campaign=campaign, state=Recipient.State.HELD).exists()
    if variant is None or not waiting or campaign.state not in (State.SENDING, State.PAUSED):
        raise refusals.NoTest
    campaign.winner, campaign.winner_at = number, clock.now()
    campaign.save(update_fields=["winner", "winner_at"])
    freezing.release_held(campaign, number)
    announce(WinnerChosen(about=campaign, by=by, letter=variant.letter))
    _senders()
    return campaign
