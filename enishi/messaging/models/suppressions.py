"""Addresses that must not be written to, by hash."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from enishi.core import clock

from .channels import Channel


class SuppressionQuerySet(models.QuerySet["Suppression"]):
    def in_force(self) -> "SuppressionQuerySet":
        return self.filter(lifted_at=None)

    def of(self, address: str, channel: str = Channel.EMAIL) -> "SuppressionQuerySet":
        """Every suppression that ``address`` has or has had."""
        from enishi.messaging.addresses import hash_of

        return self.filter(channel=channel, hash=hash_of(address, channel))


class Suppression(models.Model):
    """An address that is left alone. Kept as a keyed hash: it outlives the member's deletion and a
    later import, and tells nobody whose it is. Lifted only by hand, with a reason."""

    class Reason(models.TextChoices):
        HARD = "hard", _("Address does not exist")
        SOFT = "soft", _("Bounced again and again")
        COMPLAINT = "complaint", _("Reported as spam")
        MANUAL = "manual", _("Put in by hand")

    channel = models.CharField(
        pgettext_lazy("message", "Channel"), max_length=10, choices=Channel, default=Channel.EMAIL
    )
    hash = models.BinaryField(max_length=32, editable=False)
    domain = models.CharField(_("Domain"), max_length=255, blank=True, default="")
    reason = models.CharField(_("Reason"), max_length=10, choices=Reason)
    detail = models.CharField(pgettext_lazy("of a bounce", "Detail"), max_length=500, blank=True)
    at = models.DateTimeField(_("Since"), default=clock.now)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    lifted_at = models.DateTimeField(_("Lifted"), null=True, blank=True)
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    lifted_reason = models.CharField(max_length=500, blank=True, default="")

    objects = SuppressionQuerySet.as_manager()

    class Meta:
        verbose_name = _("Suppressed address")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["channel", "hash"],
                condition=models.Q(lifted_at=None),
                name="suppression_once_in_force",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["channel", "hash"], name="suppression_hash"),
            models.Index(fields=["-at", "-id"], name="suppression_at"),
        ]

    def __str__(self) -> str:
        return f"…@{self.domain}" if self.domain else str(self.get_channel_display())
