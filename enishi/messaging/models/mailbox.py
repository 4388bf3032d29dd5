"""The built-in mailbox."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from enishi.core import clock
from enishi.core.japanese import fold


class KeptMailQuerySet(models.QuerySet["KeptMail"]):
    def saying(self, words: str) -> "KeptMailQuerySet":
        """Mails that hold every word, in the addresses, the subject or the text."""
        found = self
        for word in fold(words).lower().split()[:8]:
            found = found.filter(search__contains=word.replace("\x00", ""))
        return found


class KeptMail(models.Model):
    """A mail that went nowhere but here: its whole source."""

    at = models.DateTimeField(_("Sent"), default=clock.now)
    return_path = models.CharField(max_length=320, blank=True, default="")
    to = models.CharField(pgettext_lazy("mail", "To"), max_length=320)
    to_name = models.CharField(max_length=200, blank=True, default="")
    sender = models.CharField(pgettext_lazy("mail", "From"), max_length=320, blank=True, default="")
    subject = models.CharField(_("Subject"), max_length=500, blank=True, default="")
    search = models.TextField(default="", editable=False)
    source = models.BinaryField()
    size = models.PositiveIntegerField(default=0)
    has_attachments = models.BooleanField(default=False)

    objects = KeptMailQuerySet.as_manager()

    class Meta:
        verbose_name = _("Mail in the mailbox")
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["-at", "-id"], name="keptmail_at"),
            models.Index(fields=["to"], name="keptmail_to"),
        ]

    def __str__(self) -> str:
        return self.subject
