"""The yes of a second person."""

from django.db import transaction

from enishi.accounts.models import User
from enishi.campaigns.facts import ApprovalAsked, ApprovalDecided
from enishi.campaigns.models import Approval, Campaign
from enishi.core import clock
from enishi.core.facts import announce

from .refusals import NotADraft, NothingAsked, NotYours

RIGHT = "campaigns.approve"


def needs_approval(by: User | None) -> bool:
    """Whether somebody else must approve what ``by`` sends: who may not approve needs it."""
    return by is not None and not by.has_right(RIGHT)


def is_approved(campaign: Campaign) -> bool:
    """Whether the campaign, as it is now, was approved."""
    return campaign.approvals.filter(version=campaign.version, approved=True).exists()


def asked(campaign: Campaign) -> Approval | None:
    """The open question about the campaign as it is now."""
    return campaign.approvals.filter(version=campaign.version, decided_at=None).first()


def approvers(question: Approval) -> list[User]:
    """Who may say yes to it: not whoever asked."""
    staff = User.objects.filter(is_active=True, is_staff=True).order_by("pk")
    return [one for one in staff if one.pk != question.asked_by_id and one.has_right(RIGHT)]


@transaction.atomic
def ask_approval(campaign: Campaign, *, by: User | None, note: str = "") -> Approval:
    """Ask for approval of the campaign as it is now. Raises NotADraft, NotReady, TextFaults."""
    from .starting import refuse_unready

    campaign = Campaign.objects.select_for_update(of=("self",)).get(pk=campaign.pk)
    if not campaign.is_open:
        raise NotADraft
    refuse_unready(campaign, by)
    found = asked(campaign)
    if found is not None:
        return found
    made = Approval.objects.create(
        campaign=campaign, version=campaign.version, asked_by=by, note=note[:500]
    )
    announce(ApprovalAsked(about=campaign, by=by))
    return made


@transaction.atomic
def decide(campaign: Campaign, *, approved: bool, by: User, note: str = "") -> Approval:
    """Say yes or no. Raises NothingAsked, NotYours."""
    campaign = Campaign.objects.select_for_update(of=("self",)).get(pk=campaign.pk)
    row = asked(campaign)
    if row is None:
        answered = campaign.approvals.filter(version=campaign.version, decided_by=by).first()
        if answered is not None and answered.approved == approved:
            return answered  # the same answer given twice is one
        raise NothingAsked
    if row.asked_by_id == by.pk:
        raise NotYours
    row.approved, row.decided_by, row.decided_at = approved, by, clock.now()
    row.note = note[:500]
    row.save(update_fields=["approved", "decided_by", "decided_at", "note"])
    announce(ApprovalDecided(about=campaign, by=by, approved=approved, note=row.note))
    return row
