"""What was done with the members of a segment."""

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from enishi.core import clock
from enishi.core.models import Job


class ActionRun(models.Model):
    """One action on everybody in a segment, as it was at that moment.

    ``members`` are the ids of those whom the action reaches, taken when it was asked for; they are
    forgotten when it is done.
    """

    segment = models.ForeignKey(
        "segments.Segment", null=True, on_delete=models.SET_NULL, related_name="runs"
    )
    segment_name = models.CharField(max_length=100)
    version = models.PositiveIntegerField(_("Version"))
    action = models.CharField(_("Action"), max_length=40)
    options = models.JSONField(default=dict)
    count = models.PositiveIntegerField(_("Members"))
    members = ArrayField(models.BigIntegerField(), null=True, editable=False)
    result = models.JSONField(null=True)
    at = models.DateTimeField(default=clock.now)
    ended_at = models.DateTimeField(null=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    job = models.ForeignKey(Job, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        verbose_name = _("Action on a segment")
        ordering: ClassVar[list[str]] = ["-pk"]

    def __str__(self) -> str:
        return f"{self.segment_name}: {self.action}"

    @property
    def label(self) -> str:
        """What the action is called; its key when the app that knew it is gone."""
        from enishi.segments.actions.running import ACTIONS

        known = ACTIONS.get(self.action)
        return str(known.label) if known is not None else self.action
