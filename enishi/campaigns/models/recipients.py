"""Who gets a campaign, and what became of each mail."""

from collections.abc import Collection, Mapping
from typing import ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from enishi.core import clock
from enishi.members.models import Member

from .campaigns import Campaign


class Batch(models.Model):
    """What a sender has claimed, and whose mails may be leaving: one row for each sender at work.

    ``going`` is written before the first byte of a mail's content leaves. Of a sender that died
    those become *uncertain*, which the office decides on; the others simply wait again.
    """

    sender = models.IntegerField(primary_key=True)  # an advisory lock that it holds while it lives
    campaign = models.ForeignKey(
        Campaign,
        on_delete=models.CASCADE,
        related_name="batches",
        db_index=False,
        db_constraint=False,
    )
    ids = ArrayField(models.BigIntegerField())  # of recipients
    going = ArrayField(models.BigIntegerField(), default=list)
    lease_until = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.sender)

    @classmethod
    def under_way(cls, campaign: Campaign) -> dict[int, str]:
        """Recipient's id → ``claimed`` or ``handed_over``, for those who still say ``pending``."""
        found: dict[int, str] = {}
        for one in cls.objects.filter(campaign=campaign):
            found |= dict.fromkeys(one.ids, str(Recipient.State.CLAIMED))
            found |= dict.fromkeys(one.going, str(Recipient.State.HANDED_OVER))
        return found


class RecipientQuerySet(models.QuerySet["Recipient"]):
    """Questions about recipients."""

    def in_states(self, campaign: Campaign, states: Collection[str]) -> Self:
        """Those of ``campaign`` in one of ``states``, those under way told apart."""
        under_way = Batch.under_way(campaign)
        moving = [pk for pk, state in under_way.items() if state in states]
        found = Q(state__in=[one for one in states if one != "pending"])
        found |= Q(state="pending", pk__in=moving)
        if "pending" in states:
            found |= Q(state="pending") & ~Q(pk__in=list(under_way))
        return self.filter(found, campaign=campaign)


class Recipient(models.Model):
    """A member in a frozen audience. There is no body: it is made when the mail leaves.

    Whose mail is under way is written in a ``Batch``: the row itself says ``pending`` until there
    is a result, so that a mail costs one writing of it. ``claimed`` and ``handed_over`` are told
    from the batches (``now``, ``in_states``).
    """

    class State(models.TextChoices):
        HELD = "held", pgettext_lazy("recipient", "Waits for the winner")
        PENDING = "pending", pgettext_lazy("recipient", "Waiting")
        CLAIMED = "claimed", pgettext_lazy("recipient", "Next")
        HANDED_OVER = "handed_over", pgettext_lazy("recipient", "Being handed over")
        ACCEPTED = "accepted", pgettext_lazy("recipient", "Sent")
        FAILED = "failed", pgettext_lazy("recipient", "Failed")
        UNCERTAIN = "uncertain", pgettext_lazy("recipient", "Uncertain")
        SKIPPED = "skipped", pgettext_lazy("recipient", "Left out")

    campaign = models.ForeignKey(
        Campaign,
        on_delete=models.PROTECT,
        related_name="recipients",
        db_index=False,
        db_constraint=False,  # a campaign with recipients is never deleted; saves 6 s a million
    )
    member = models.ForeignKey(
        Member,
        on_delete=models.CASCADE,
        related_name="campaign_mails",
        db_index=False,
        db_constraint=False,  # costs 6 s a million; who is gone when the mail leaves is skipped
    )
    email = models.CharField(_("E-mail"), max_length=254)
    variant = models.PositiveSmallIntegerField(default=0)
    state = models.CharField(_("State"), max_length=11, choices=State)
    reason = models.CharField(_("Reason"), max_length=300, blank=True, default="")
    attempts = models.PositiveSmallIntegerField(default=0)
    next_try = models.DateTimeField(default=clock.now)
    sent_at = models.DateTimeField(_("Sent"), null=True)
    opened_at = models.DateTimeField(_("Opened"), null=True)
    clicked_at = models.DateTimeField(_("Clicked"), null=True)
    bounced_at = models.DateTimeField(_("Bounced"), null=True)
    complained_at = models.DateTimeField(_("Reported as spam"), null=True)
    unsubscribed_at = models.DateTimeField(_("Unsubscribed"), null=True)

    objects = RecipientQuerySet.as_manager()

    class Meta:
        verbose_name = _("Recipient")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["member", "campaign"], name="recipient_once"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["campaign", "state", "id"], name="recipient_state"),
            models.Index(
                fields=["campaign", "next_try"], name="recipient_due", condition=Q(state="pending")
            ),
        ]

    def __str__(self) -> str:
        return self.email

    def now(self, under_way: Mapping[int, str]) -> "Recipient":
        """With the state of this moment; ``under_way`` as ``Batch`` gives it."""
        if self.state == self.State.PENDING:
            self.state = under_way.get(self.pk, self.state)
        return self


class Link(models.Model):
    """Where a link of a campaign leads. ``url`` may hold merge fields. Number 0 is the trap that
    only machines see."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="links")
    variant = models.PositiveSmallIntegerField(default=0)
    number = models.PositiveSmallIntegerField()
    url = models.TextField(_("URL"))
    label = models.CharField(_("Text"), max_length=200, blank=True, default="")

    class Meta:
        ordering: ClassVar[list[str]] = ["variant", "number"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["campaign", "number"], name="link_once")
        ]

    def __str__(self) -> str:
        return self.label or self.url


class Hit(models.Model):
    """Somebody, or something, opened a mail or followed a link of it. Kept with the verdict.

    ``machine``: why it does not count; '' for people. What follows the trap is judged when it is
    read, so that a trap that comes last still counts.
    """

    class Kind(models.TextChoices):
        OPEN = "open", _("Opened")
        CLICK = "click", _("Clicked")
        TRAP = "trap", _("Followed the hidden link")

    class Machine(models.TextChoices):
        NO = "", pgettext_lazy("hit", "A person")
        HEAD = "head", _("Asked for the head only")
        PREFETCH = "prefetch", _("Fetched ahead")
        AGENT = "agent", _("A program by its own name")
        FAST = "fast", _("Less than two seconds after delivery")
        TRAP = "trap", _("Followed the hidden link")
        PROXY = "proxy", _("Privacy proxy of the mail program")
        BURST = "burst", _("Opened four links or more within a second")

    id = models.UUIDField(primary_key=True, editable=False)
    campaign_id = models.BigIntegerField()
    recipient_id = models.BigIntegerField()
    kind = models.CharField(max_length=5, choices=Kind)
    link = models.PositiveSmallIntegerField(default=0)
    at = models.DateTimeField()
    machine = models.CharField(max_length=8, choices=Machine, blank=True, default="")
    agent = models.CharField(max_length=200, blank=True, default="")
    settled = models.BooleanField(default=False)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["campaign_id", "kind", "recipient_id"], name="hit_campaign"),
            models.Index(fields=["recipient_id"], name="hit_recipient"),
            models.Index(fields=["at"], name="hit_open", condition=Q(settled=False)),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.recipient_id}"


class SendingLimits(models.Model):
    """How fast mail may leave, and with what new campaigns begin. One row.

    0: as fast as the server takes it. ``domains``: domain → mails a second.
    """

    per_second = models.PositiveIntegerField(_("Mails a second"), default=0)
    per_sender = models.PositiveIntegerField(_("Mails a second, each sender"), default=0)
    connections = models.PositiveSmallIntegerField(_("Connections, each process"), default=4)
    domains = models.JSONField(_("Mails a second, by domain"), default=dict, blank=True)
    quiet_from = models.TimeField(_("Quiet from"), null=True, blank=True)
    quiet_to = models.TimeField(_("Quiet until"), null=True, blank=True)
    late_hours = models.PositiveSmallIntegerField(_("Do not start if late by (hours)"), default=6)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(pk=1), name="one_sending_limits")
        ]

    def __str__(self) -> str:
        return str(self.per_second)

    @classmethod
    def current(cls) -> "SendingLimits":
        return cls.objects.filter(pk=1).first() or cls(pk=1)


class Bucket(models.Model):
    """A token bucket, filled by the clock, emptied by every sender of every process."""

    key = models.CharField(max_length=300, primary_key=True)
    tokens = models.FloatField()
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.key
