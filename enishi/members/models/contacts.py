"""What staff write down about a member, and the further ways to reach one."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from enishi.core import clock


class Purpose(models.TextChoices):
    BILLING = "billing", pgettext_lazy("purpose", "Billing")
    MAILING = "mailing", pgettext_lazy("purpose", "Mailing")
    WORK = "work", pgettext_lazy("purpose", "Work")
    HOME = "home", pgettext_lazy("purpose", "Home")
    OTHER = "other", pgettext_lazy("purpose", "Other")


class FurtherEmail(models.Model):
    """Another e-mail address of a member, for a purpose."""

    member = models.ForeignKey(
        "members.Member", on_delete=models.CASCADE, related_name="further_emails"
    )
    purpose = models.CharField(_("Purpose"), max_length=10, choices=Purpose)
    email = models.CharField(_("E-mail"), max_length=254)

    class Meta:
        ordering: ClassVar[list[str]] = ["pk"]

    def __str__(self) -> str:
        return self.email


class FurtherAddress(models.Model):
    """Another postal address of a member, for a purpose."""

    member = models.ForeignKey(
        "members.Member", on_delete=models.CASCADE, related_name="further_addresses"
    )
    purpose = models.CharField(_("Purpose"), max_length=10, choices=Purpose)
    addressee = models.CharField(_("Addressee"), max_length=200, blank=True, default="")
    postal_code = models.CharField(_("Postal code"), max_length=10, blank=True, default="")
    prefecture = models.CharField(_("Prefecture"), max_length=10, blank=True, default="")
    city = models.CharField(_("City"), max_length=100, blank=True, default="")
    address_line = models.CharField(_("Town and block"), max_length=200, blank=True, default="")
    building = models.CharField(_("Building"), max_length=200, blank=True, default="")

    class Meta:
        ordering: ClassVar[list[str]] = ["pk"]

    def __str__(self) -> str:
        return f"{self.prefecture}{self.city}{self.address_line} {self.building}".strip()


class Note(models.Model):
    """A note of the staff about a member. A private one is seen by its writer only."""

    member = models.ForeignKey("members.Member", on_delete=models.CASCADE, related_name="notes")
    text = models.TextField(_("Text"), max_length=20_000)
    private = models.BooleanField(_("Only I can see it"), default=False)
    pinned = models.BooleanField(_("Keep on top"), default=False)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    at = models.DateTimeField(_("Written"), default=clock.now, editable=False)
    edited_at = models.DateTimeField(_("Edited"), null=True, editable=False)

    class Meta:
        verbose_name = _("Note")
        ordering: ClassVar[list[str]] = ["-pinned", "-at", "-pk"]

    def __str__(self) -> str:
        return self.text[:50]


class Channel(models.TextChoices):
    PHONE = "phone", pgettext_lazy("channel", "Phone")
    EMAIL = "email", pgettext_lazy("channel", "E-mail")
    VISIT = "visit", pgettext_lazy("channel", "Visit")
    LETTER = "letter", pgettext_lazy("channel", "Letter")
    MEETING = "meeting", pgettext_lazy("channel", "Meeting")
    OTHER = "other", pgettext_lazy("channel", "Other")


class Direction(models.TextChoices):
    IN = "in", _("From the member")
    OUT = "out", _("From us")


class Contact(models.Model):
    """One contact with a member (応対履歴): when, by which channel, what came of it."""

    member = models.ForeignKey("members.Member", on_delete=models.CASCADE, related_name="contacts")
    at = models.DateTimeField(_("When"), default=clock.now)
    channel = models.CharField(_("Channel"), max_length=10, choices=Channel)
    direction = models.CharField(_("Direction"), max_length=3, choices=Direction)
    subject = models.CharField(_("Subject"), max_length=200)
    text = models.TextField(_("Text"), blank=True, default="", max_length=20_000)
    outcome = models.CharField(_("Outcome"), max_length=200, blank=True, default="")
    next_action = models.CharField(_("Next action"), max_length=200, blank=True, default="")
    next_on = models.DateField(_("Next action on"), null=True, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        verbose_name = _("Contact")
        ordering: ClassVar[list[str]] = ["-at", "-pk"]

    def __str__(self) -> str:
        return self.subject
