"""Texts of the system's own mails that the office has rewritten."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from enishi.core import clock


class OwnTemplate(models.Model):
    """The office's own wording of a system mail in one language; without it the default is used."""

    key = models.CharField(max_length=100)
    language = models.CharField(max_length=8)
    subject = models.CharField(_("Subject"), max_length=300)
    text = models.TextField(pgettext_lazy("mail", "Text"), max_length=50_000)
    changed_at = models.DateTimeField(default=clock.now)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        verbose_name = _("Mail template")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["key", "language"], name="one_template_a_language")
        ]

    def __str__(self) -> str:
        return f"{self.key} ({self.language})"
