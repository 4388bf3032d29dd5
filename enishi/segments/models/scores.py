"""How active a member is, in figures that are worked out anew each night."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from enishi.members.models import Member


class Group(models.TextChoices):
    """What the figures say about a member."""

    CHAMPION = "champion", pgettext_lazy("score", "Champion")
    STEADY = "steady", pgettext_lazy("score", "Steady")
    AT_RISK = "at_risk", pgettext_lazy("score", "At risk")
    DORMANT = "dormant", pgettext_lazy("score", "Dormant")


class Score(models.Model):
    """RFM and activity of one member; see ``segments.actions.scores`` for how they come about."""

    member = models.OneToOneField(
        Member, primary_key=True, on_delete=models.CASCADE, related_name="score"
    )
    last_at = models.DateTimeField(_("Last activity"), null=True)
    days = models.PositiveSmallIntegerField(_("Active days in a year"), default=0)
    days_90 = models.PositiveSmallIntegerField(_("Active days in 90 days"), default=0)
    amount = models.BigIntegerField(_("Spent in a year"), default=0)
    recency = models.PositiveSmallIntegerField(_("Recency (R)"), default=1)
    frequency = models.PositiveSmallIntegerField(_("Frequency (F)"), default=1)
    monetary = models.PositiveSmallIntegerField(_("Money (M)"), default=1)
    activity = models.PositiveSmallIntegerField(_("Activity score"), default=0)
    group = models.CharField(_("Score group"), max_length=8, choices=Group)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("Score of a member")
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["group"], name="segment_score_group"),
            models.Index(fields=["activity"], name="segment_score_activity"),
        ]

    def __str__(self) -> str:
        return f"{self.member_id}: {self.group} {self.activity}"
