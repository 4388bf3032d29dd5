"""What comes back: mails to the bounce address, and what they were found to mean."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from enishi.core import clock

from .channels import Channel


class Inbound(models.Model):
    """A mail that came to the bounce address; its source is kept for thirty days."""

    class Source(models.TextChoices):
        SMTP = "smtp", _("Built-in receiver")
        IMAP = "imap", _("IMAP mailbox")

    at = models.DateTimeField(_("Received"), default=clock.now)
    source = models.CharField(max_length=10, choices=Source)
    to = models.CharField(max_length=320, blank=True, default="")
    digest = models.BinaryField(max_length=32, unique=True)  # the same mail twice is one mail
    content = models.BinaryField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("Returned mail")
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["at"], name="inbound_at")]

    def __str__(self) -> str:
        return str(self.pk)


class Report(models.Model):
    """What a mail, a webhook or an answer of a mail server told about one address."""

    class Kind(models.TextChoices):
        HARD = "hard", pgettext_lazy("bounce", "Does not exist")
        SOFT = "soft", pgettext_lazy("bounce", "Not possible for now")
        FULL = "full", pgettext_lazy("bounce", "Mailbox full")
        BLOCKED = "blocked", pgettext_lazy("bounce", "Rejected as unwanted")
        COMPLAINT = "complaint", pgettext_lazy("bounce", "Reported as spam")
        AUTO_REPLY = "auto_reply", pgettext_lazy("bounce", "Automatic answer")
        DELAYED = "delayed", pgettext_lazy("bounce", "Delayed")
        UNKNOWN = "unknown", pgettext_lazy("bounce", "Not understood")

    at = models.DateTimeField(_("When"), default=clock.now)
    channel = models.CharField(max_length=10, choices=Channel, default=Channel.EMAIL)
    kind = models.CharField(pgettext_lazy("bounce", "Kind"), max_length=10, choices=Kind)
    source = models.CharField(max_length=20, default="")  # smtp, imap, answer, webhook
    inbound = models.ForeignKey(
        Inbound, null=True, on_delete=models.SET_NULL, related_name="reports"
    )
    hash = models.BinaryField(max_length=32, null=True, editable=False)
    domain = models.CharField(max_length=255, blank=True, default="")
    token_kind = models.CharField(max_length=1, blank=True, default="")
    token_number = models.BigIntegerField(null=True)
    status = models.CharField(max_length=20, blank=True, default="")  # such as 5.1.1
    text = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        verbose_name = _("Bounce")
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["-at", "-id"], name="report_at"),
            models.Index(fields=["channel", "hash", "at"], name="report_hash"),
            models.Index(fields=["token_kind", "token_number"], name="report_token"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.domain}".strip()

    BOUNCES = (Kind.HARD, Kind.SOFT, Kind.FULL, Kind.BLOCKED)

    @property
    def is_bounce(self) -> bool:
        """Whether the message did not arrive."""
        return self.kind in self.BOUNCES
