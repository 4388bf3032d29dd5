"""Labels and envelopes that were made: for whom, on which sheet, and the file for a while."""

import secrets
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from enishi.core import clock


def stored_as(_instance: models.Model, _filename: str) -> str:
    return f"labels/{secrets.token_hex(16)}.pdf"


class LabelPrint(models.Model):
    """A PDF of labels or envelopes, kept until ``expires_at``; the row stays as a log."""

    file = models.FileField(upload_to=stored_as, max_length=120, blank=True)
    name = models.CharField(max_length=255)
    options = models.JSONField(default=dict)  # sheet, direction, where to begin …
    filters = models.JSONField(default=dict)  # the list's query parameters, or ids
    labels = models.PositiveIntegerField(null=True)
    left_out = models.JSONField(default=dict)  # why → how many members have no label
    job = models.ForeignKey("core.Job", null=True, on_delete=models.SET_NULL, related_name="+")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(default=clock.now, editable=False)
    expires_at = models.DateTimeField()

    class Meta:
        verbose_name = _("Labels")
        ordering: ClassVar[list[str]] = ["-pk"]

    def __str__(self) -> str:
        return self.name
