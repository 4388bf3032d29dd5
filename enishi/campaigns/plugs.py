"""What campaigns hang into the other apps."""

from enishi.activity.actions import record
from enishi.core import clock
from enishi.core.facts import reacts_to
from enishi.members.facts import ConsentWithdrawn
from enishi.messaging.actions import addressed_by
from enishi.messaging.facts import BounceReceived, ComplaintReceived

from .models import Recipient
from .sending.watching import watch

KIND = "c"  # of our return paths


@addressed_by(KIND)
def address_of(number: int) -> str:
    """The address that a campaign's mail went to."""
    return Recipient.objects.filter(pk=number).values_list("email", flat=True).first() or ""


@reacts_to(BounceReceived)
def a_mail_came_back(fact: BounceReceived) -> None:
    if fact.token_kind != KIND or fact.number is None:
        return
    one = Recipient.objects.select_related("campaign").filter(pk=fact.number).first()
    if one is None:
        return
    first = Recipient.objects.filter(pk=one.pk, bounced_at=None).update(bounced_at=clock.now())
    if first:
        record(
            one.member_id,
            "mail.bounced",
            object=str(one.campaign_id),
            props={
                "campaign": one.campaign_id,
                "subject": one.campaign.subject,
                "hard": fact.kind == "hard",
                "reason": fact.text[:500],
            },
        )
        watch(one.campaign_id)


@reacts_to(ComplaintReceived)
def a_mail_was_complained_of(fact: ComplaintReceived) -> None:
    if fact.token_kind != KIND or fact.number is None:
        return
    one = Recipient.objects.select_related("campaign").filter(pk=fact.number).first()
    if one is None:
        return
    first = Recipient.objects.filter(pk=one.pk, complained_at=None).update(
        complained_at=clock.now()
    )
    if first:
        record(
            one.member_id,
            "mail.complained",
            object=str(one.campaign_id),
            props={"campaign": one.campaign_id, "subject": one.campaign.subject},
        )
        watch(one.campaign_id)


@reacts_to(ConsentWithdrawn)
def somebody_unsubscribed(fact: ConsentWithdrawn) -> None:
    """``ref`` names the mail whose link was used."""
    if not fact.ref.startswith(KIND) or not fact.ref[1:].isdigit():
        return
    one = Recipient.objects.select_related("campaign").filter(pk=int(fact.ref[1:])).first()
    if one is None:
        return
    first = Recipient.objects.filter(pk=one.pk, unsubscribed_at=None).update(
        unsubscribed_at=clock.now()
    )
    if first:
        record(
            one.member_id,
            "mail.unsubscribed",
            object=str(one.campaign_id),
            props={
                "campaign": one.campaign_id,
                "subject": one.campaign.subject,
                "topic": str(fact.topic),
            },
        )
