"""What campaigns hang into the other apps."""

from collections.abc import Collection, Iterable
from datetime import timedelta
from typing import Any

from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from enishi.activity.actions import called, kind, record
from enishi.core import clock
from enishi.core.asked import asked
from enishi.core.facts import reacts_to
from enishi.members.actions import field_used_by
from enishi.members.facts import ConsentWithdrawn
from enishi.members.models import Field, Member
from enishi.messaging.actions import addressed_by
from enishi.messaging.facts import BounceReceived, ComplaintReceived
from enishi.segments.actions import Use, segment_page, used_by
from enishi.ui.registry import Hit, card, may, nav_item, panel, search_source, settings_item

from .actions import notices_for, sms_is_set_up
from .actions.approving import RIGHT
from .actions.notices import READ
from .audience import segments_used, uses_field
from .body.fields import readable
from .models import OPEN, UNDER_WAY, Approval, Campaign, Notice, Recipient, State
from .sending.watching import watch

KIND = "c"  # of our return paths
MOST_NAMED = 300  # campaigns among which the builder of rules lets one choose

kind(
    READ,
    _("Read a notice"),
    "bell",
    props={"notice": "integer", "edition": "integer", "title": "text"},
    labels={"notice": _("Notice"), "edition": _("Edition"), "title": _("Title")},
)
settings_item(
    _("Sending limits"),
    "campaigns:limits",
    "hourglass",
    "campaigns.configure",
    order=56,
    group=_("Messages"),
    description=_("How fast campaigns leave, quiet hours, what is too late"),
)
nav_item(_("Notices"), "campaigns:notices", "bell", "notices.view", order=41)


@asked
def _to_look_at(approves: Any, sends: Any, user: Any, week_ago: Any) -> QuerySet[Campaign]:
    """One question, for it is asked on every page."""
    waiting = Approval.objects.waiting().exclude(asked_by=user).values("campaign")
    in_need = Campaign.objects.in_need(week_ago).values("pk")
    wanted = Q(_yes(approves), pk__in=waiting) | Q(_yes(sends), pk__in=in_need)
    return Campaign.objects.filter(wanted).order_by().only("pk")


def _yes(place: Any) -> "ExpressionWrapper[Any]":
    return ExpressionWrapper(place, output_field=BooleanField())


def _as(request: HttpRequest) -> dict[str, Any] | None:
    """For whom ``_to_look_at`` is asked; None for who neither approves nor sends."""
    approves, sends = may(request, RIGHT), may(request, "campaigns.send")
    if not approves and not sends:
        return None
    week_ago = clock.now() - timedelta(days=7)
    return {"approves": approves, "sends": sends, "user": request.user.pk, "week_ago": week_ago}


def to_look_at(request: HttpRequest) -> int:
    """How many campaigns wait for this user: for a yes, or because they stopped by themselves."""
    values = _as(request)
    return 0 if values is None else _to_look_at.count(**values)


@card("dashboard", order=2, right="campaigns.view")
def campaigns_that_wait(request: HttpRequest) -> str:
    """On a phone the menu with its number is closed: here one sees what waits."""
    values = _as(request)
    waiting = [] if values is None else [one.pk for one in _to_look_at.rows(**values)]
    if not waiting:
        return ""
    rows = list(Campaign.objects.filter(pk__in=waiting)[:5])
    for_a_yes = Approval.objects.waiting().filter(campaign__in=rows)
    asked_for = set(for_a_yes.values_list("campaign", flat=True))
    context = {"rows": [(one, one.pk in asked_for) for one in rows]}
    return render_to_string("campaigns/office/panels/waiting.html", context, request)


nav_item(
    _("Campaigns"),
    "campaigns:list",
    "send",
    "campaigns.view",
    order=40,
    count=to_look_at,
)
segment_page(
    "campaign",
    _("Write a campaign to them"),
    icon="send",
    right="campaigns.edit",
    url=lambda segment: f"{reverse('campaigns:new')}?segment={segment.pk}",
    order=10,
)


def campaigns_by_number() -> dict[int, str]:
    """The latest campaigns that have begun, the newest first."""
    begun = Campaign.objects.exclude(started_at=None).order_by("-started_at")
    return dict(begun.values_list("pk", "name")[:MOST_NAMED])


called("campaign", campaigns_by_number, right="campaigns.view")


@asked
def _mails(member: Any) -> QuerySet[Recipient]:
    found = Recipient.objects.filter(member=member).exclude(state="skipped")
    return found.select_related("campaign").order_by("-pk")[:20]


@panel("karte", order=60, right="campaigns.view", tab=_("Mails"))
def mails_of_member(request: HttpRequest, member: Member) -> str:
    """The last mails of campaigns to the member, and what became of them."""
    rows = _mails.rows(member=member.pk)
    if not rows:
        return ""
    tones = {"accepted": "good", "failed": "bad", "uncertain": "wait"}
    context = {"rows": [(one, tones.get(one.state, "")) for one in rows]}
    return render_to_string("campaigns/office/panels/mails.html", context, request)


@panel("karte.quick", order=10, right="messages.send")
def write_to_member(request: HttpRequest, member: Member) -> str:
    """The ways to write to the member from the head of the karte."""
    if member.deleted_at is not None or member.deceased_on is not None:
        return ""
    context = {"member": member, "sms": sms_is_set_up()}
    return render_to_string("campaigns/office/panels/write.html", context, request)


@panel("karte", order=65, right="notices.view", tab=_("Mails"))
def notices_of_member(request: HttpRequest, member: Member) -> str:
    """What is shown to the member now, and what of it they have read."""
    rows = notices_for(member)
    if not rows:
        return ""
    return render_to_string("campaigns/office/panels/notices.html", {"rows": rows}, request)


@used_by
def campaigns_to(segments: Collection[int]) -> Iterable[tuple[int, Use]]:
    """Campaigns to segments, or with parts for them, that are not over, and notices for them."""
    running = Campaign.objects.filter(state__in=(*OPEN, State.SCHEDULED, *UNDER_WAY))
    for campaign in running.prefetch_related("variants")[:1000]:
        for pk in segments_used(campaign):
            yield pk, Use(_("Campaign"), campaign.name, campaign.get_absolute_url())
    for notice in Notice.objects.filter(segment__in=segments):
        if notice.segment_id is not None:
            yield notice.segment_id, Use(_("Notice"), notice.title, notice.get_absolute_url())


@field_used_by
def campaigns_that_tell(field: Field) -> Iterable[Use]:
    """Campaigns that are not over and ask about the field, or tell its value."""
    running = Campaign.objects.filter(state__in=(*OPEN, State.SCHEDULED, *UNDER_WAY))
    for campaign in running.prefetch_related("variants")[:1000]:
        if uses_field(campaign, field.key):
            yield Use(_("Campaign"), campaign.name, campaign.get_absolute_url())


@search_source(_("Campaigns"), order=40, right="campaigns.view")
def find_campaigns(_request: HttpRequest, words: str) -> list[Hit]:
    said = Q(name__icontains=words[:100]) | Q(subject__icontains=words[:100])
    found = Campaign.objects.filter(said)[:8]
    return [Hit(one.name, one.get_absolute_url(), one.get_state_display(), "send") for one in found]


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
                "subject": readable(one.campaign.subject),
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
            props={"campaign": one.campaign_id, "subject": readable(one.campaign.subject)},
        )
        watch(one.campaign_id)


@reacts_to(ConsentWithdrawn)
def somebody_unsubscribed(fact: ConsentWithdrawn) -> None:
    """``ref`` names the mail whose link was used."""
    if not fact.ref.startswith(KIND) or not fact.ref[1:].isdecimal():
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
                "subject": readable(one.campaign.subject),
                "topic": str(fact.topic),
            },
        )
