"""An export: which members, which columns, who took it and why."""

import secrets
from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from enishi.core import clock


def stored_as(_instance: models.Model, filename: str) -> str:
    return f"exports/{secrets.token_hex(16)}.{filename.rsplit('.', 1)[-1][:5]}"


class ListExport(models.Model):
    """A file made from a list, kept until ``expires_at``."""

    file = models.FileField(upload_to=stored_as, max_length=120, blank=True)
    name = models.CharField(max_length=255)
    format = models.CharField(max_length=5, choices=[("csv", "CSV"), ("xlsx", "Excel")])
    encoding = models.CharField(
        max_length=6, choices=[("utf-8", "UTF-8"), ("cp932", "Shift_JIS")], default="utf-8"
    )
    columns = ArrayField(models.CharField(max_length=100))
    filters = models.JSONField(default=dict)  # the list's query parameters
    rows = models.BigIntegerField(null=True)
    lost_characters = models.JSONField(default=dict)  # what CP932 lacks: character → times
    job = models.ForeignKey("core.Job", null=True, on_delete=models.SET_NULL, related_name="+")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(default=clock.now, editable=False)
    expires_at = models.DateTimeField()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name


class Export(ListExport):
    """A file made from the roll."""

    as_of = models.DateField(_("Roster as of"), null=True, blank=True)
    reason = models.CharField(_("Purpose"), max_length=200, blank=True, default="")

    class Meta:
        verbose_name = _("Export")
        ordering: ClassVar[list[str]] = ["-pk"]

    def get_absolute_url(self) -> str:
        return reverse("members:export", args=[self.pk])

    @property
    def file_url(self) -> str:
        return reverse("members:export_file", args=[self.pk])
