"""A campaign: what is written, to whom, when, and how far it has come."""

from datetime import datetime, timedelta
from typing import Any, ClassVar, Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from enishi.core import clock
from enishi.members.models import Topic
from enishi.messaging.models import MessageClass


def nobody() -> dict[str, list[Any]]:
    return {"include": [], "exclude": []}


class State(models.TextChoices):
    """How far a campaign is."""

    DRAFT = "draft", pgettext_lazy("campaign", "Draft")
    SCHEDULED = "scheduled", pgettext_lazy("campaign", "Scheduled")
    FREEZING = "freezing", pgettext_lazy("campaign", "Being prepared")
    SENDING = "sending", pgettext_lazy("campaign", "Being sent")
    PAUSED = "paused", pgettext_lazy("campaign", "Paused")
    DONE = "done", pgettext_lazy("campaign", "Sent")
    CANCELLED = "cancelled", pgettext_lazy("campaign", "Cancelled")
    MISSED = "missed", pgettext_lazy("campaign", "Not started: too late")


OPEN = (State.DRAFT, State.MISSED)  # may be edited
UNDER_WAY = (State.FREEZING, State.SENDING, State.PAUSED)


class CampaignQuerySet(models.QuerySet["Campaign"]):
    def sending(self) -> Self:
        return self.filter(state=State.SENDING)

    def public(self) -> Self:
        """Those that anybody may read: sent, and put into the archive."""
        return self.filter(archived=True).exclude(started_at=None)

    def in_need(self, since: Any) -> Self:
        """Those that stopped by themselves, and wait for somebody to look at them: paused for what
        came back, not sent at their time though that was not before ``since``."""
        return self.filter(
            Q(state=State.PAUSED) & ~Q(why_paused="hand")
            | Q(state=State.MISSED, send_at__gte=since)
            | Q(state=State.DRAFT, why_paused="broken")
        )

    def due(self) -> Self:
        """Scheduled ones whose time has come."""
        return self.filter(state=State.SCHEDULED, send_at__lte=clock.now())


class Campaign(models.Model):
    """One mail to many members. Once its sending has begun it does not change any more.

    ``audience``: {"include": [segment ids or rules], "exclude": […]}. ``body``: one of the keys
    blocks, mjml, html, text says how it is written; ``text_part`` replaces the text that is made
    of it.
    """

    State = State

    class Sender(models.TextChoices):
        FIXED = "fixed", pgettext_lazy("sender", "Always the same")
        OWNER = "owner", pgettext_lazy("sender", "The member's owner")

    class Shared(models.TextChoices):
        EACH = "each", _("A mail for each member")
        ONCE = "once", _("One mail for each address")

    name = models.CharField(_("Name"), max_length=200)
    message_class = models.CharField(
        _("Class"), max_length=15, choices=MessageClass, default=MessageClass.ADVERTISING
    )
    topic = models.ForeignKey(
        Topic,
        verbose_name=_("Topic"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    subject = models.CharField(_("Subject"), max_length=500, blank=True, default="")
    preheader = models.CharField(_("Preheader"), max_length=300, blank=True, default="")
    sender_kind = models.CharField(_("Sender"), max_length=5, choices=Sender, default=Sender.FIXED)
    sender = models.CharField(_("Sender address"), max_length=254, blank=True, default="")
    sender_name = models.CharField(_("Sender name"), max_length=200, blank=True, default="")
    reply_to = models.CharField(_("Reply address"), max_length=254, blank=True, default="")
    body = models.JSONField(_("Body"), default=dict)
    text_part = models.TextField(_("Text part"), blank=True, default="", max_length=200_000)
    tracked = models.BooleanField(_("Measure opens and clicks"), default=True)
    utm = models.CharField(_("UTM campaign"), max_length=100, blank=True, default="")

    audience = models.JSONField(_("Audience"), default=nobody)
    shared_address = models.CharField(
        _("Shared addresses"), max_length=4, choices=Shared, default=Shared.EACH
    )

    send_at = models.DateTimeField(_("Send at"), null=True, blank=True)
    spread_minutes = models.PositiveIntegerField(
        _("Spread over (minutes)"), default=0, validators=[MaxValueValidator(7 * 24 * 60)]
    )
    local_time = models.TimeField(_("Local time of arrival"), null=True, blank=True)
    quiet_from = models.TimeField(_("Quiet from"), null=True, blank=True)
    quiet_to = models.TimeField(_("Quiet until"), null=True, blank=True)
    late_hours = models.PositiveSmallIntegerField(
        _("Do not start if late by (hours)"),
        default=6,
        validators=[MinValueValidator(1), MaxValueValidator(720)],
    )

    test_share = models.PositiveSmallIntegerField(
        _("Share of the test (%)"), default=0, validators=[MaxValueValidator(100)]
    )
    winner_by = models.CharField(
        _("Winner by"),
        max_length=11,
        default="clicks",
        choices=[
            ("opens", _("Opens")),
            ("clicks", _("Clicks")),
            ("conversions", _("Success after the click")),
            ("hand", _("By hand")),
        ],
    )
    winner_hours = models.PositiveSmallIntegerField(
        _("Winner after (hours)"), default=4, validators=[MaxValueValidator(240)]
    )
    winner = models.PositiveSmallIntegerField(null=True, editable=False)
    winner_at = models.DateTimeField(null=True, editable=False)

    conversions = models.JSONField(_("What counts as success"), default=list, blank=True)
    conversion_days = models.PositiveSmallIntegerField(
        _("Days after the click"),
        default=14,
        validators=[MinValueValidator(1), MaxValueValidator(365)],
    )
    archived = models.BooleanField(_("In the public archive"), default=False)

    state = models.CharField(_("State"), max_length=10, choices=State, default=State.DRAFT)
    why_paused = models.CharField(max_length=10, blank=True, default="", editable=False)
    frozen_at = models.DateTimeField(null=True, editable=False)
    started_at = models.DateTimeField(_("Started"), null=True, editable=False)
    ended_at = models.DateTimeField(_("Ended"), null=True, editable=False)
    total = models.PositiveIntegerField(_("Recipients"), default=0, editable=False)
    dropped = models.JSONField(default=dict, editable=False)  # reason → how many
    watched_from = models.PositiveIntegerField(default=0, editable=False)  # see sending.watching
    bounces_before = models.PositiveIntegerField(default=0, editable=False)
    complaints_before = models.PositiveIntegerField(default=0, editable=False)
    told_until = models.DateTimeField(null=True, editable=False)  # activities are recorded so far

    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(_("Created"), default=clock.now, editable=False)
    updated_at = models.DateTimeField(_("Updated"), default=clock.now, editable=False)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="+",
    )

    objects = CampaignQuerySet.as_manager()

    class Meta:
        verbose_name = _("Campaign")
        verbose_name_plural = _("Campaigns")
        ordering: ClassVar[list[str]] = ["-pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(quiet_from=None, quiet_to=None)
                | Q(quiet_from__isnull=False, quiet_to__isnull=False),
                name="campaign_quiet_has_both_ends",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["state", "send_at"], name="campaign_state"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("campaigns:campaign", args=[self.pk])

    @property
    def is_open(self) -> bool:
        """Whether it may still be edited."""
        return self.state in OPEN

    @property
    def is_under_way(self) -> bool:
        return self.state in UNDER_WAY

    @property
    def is_advertising(self) -> bool:
        return self.message_class == MessageClass.ADVERTISING

    @property
    def mode(self) -> str:
        """How the body is written: blocks, mjml, html or text."""
        return next((key for key in ("blocks", "mjml", "html", "text") if key in self.body), "text")

    @property
    def has_opens(self) -> bool:
        """Whether opens can be measured at all."""
        return self.tracked and self.mode != "text"

    def is_quiet(self, at: datetime) -> bool:
        """Whether ``at`` lies in the hours in which nothing is sent: ours, so they do not hold for
        what goes by the clocks of the members."""
        if self.quiet_from is None or self.quiet_to is None or self.local_time is not None:
            return False
        hour = timezone.localtime(at).time()
        if self.quiet_from <= self.quiet_to:
            return self.quiet_from <= hour < self.quiet_to
        return hour >= self.quiet_from or hour < self.quiet_to

    def is_too_late(self, at: datetime) -> bool:
        return self.send_at is not None and at > self.send_at + timedelta(hours=self.late_hours)


class Variant(models.Model):
    """One form of a campaign; without an A/B test there is just number 0.

    What is empty is as in the campaign. ``html`` and ``text`` are made when the sending begins:
    with them a mail looks the same for the last recipient, and in the archive for ever.
    """

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="variants")
    number = models.PositiveSmallIntegerField(default=0)
    subject = models.CharField(_("Subject"), max_length=500, blank=True, default="")
    sender = models.CharField(_("Sender address"), max_length=254, blank=True, default="")
    sender_name = models.CharField(_("Sender name"), max_length=200, blank=True, default="")
    body = models.JSONField(_("Body"), null=True, blank=True)
    html = models.TextField(blank=True, default="", editable=False)
    text = models.TextField(blank=True, default="", editable=False)

    class Meta:
        ordering: ClassVar[list[str]] = ["number"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["campaign", "number"], name="variant_once")
        ]

    def __str__(self) -> str:
        return self.letter

    @property
    def letter(self) -> str:
        """A, B, C …"""
        return chr(ord("A") + self.number)


class ApprovalQuerySet(models.QuerySet["Approval"]):
    def waiting(self) -> Self:
        """Open questions about drafts that are still as they were when somebody asked."""
        return self.filter(
            decided_at=None, version=models.F("campaign__version"), campaign__state__in=OPEN
        )


class Approval(models.Model):
    """Somebody asked for a second person's yes; ``version`` is what was looked at."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="approvals")
    version = models.PositiveIntegerField()
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    asked_at = models.DateTimeField(default=clock.now)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    approved = models.BooleanField(null=True)
    note = models.CharField(_("Note"), max_length=500, blank=True, default="")

    objects = ApprovalQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["-pk"]

    def __str__(self) -> str:
        return f"{self.campaign_id} v{self.version}"


class Start(models.Model):
    """The order to send a campaign; the key makes the same order, given twice, one."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="starts")
    key = models.CharField(max_length=200, blank=True, default="")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["campaign", "key"], condition=~Q(key=""), name="start_key_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.campaign_id} {self.key}"
