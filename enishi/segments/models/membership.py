"""Who is in a segment, who came and went, and who must be looked at again."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from enishi.core import clock
from enishi.members.models import Member


class SegmentMember(models.Model):
    """A member in a stored segment. Written by refreshes only."""

    pk = models.CompositePrimaryKey("segment_id", "member_id")
    segment = models.ForeignKey(
        "segments.Segment", on_delete=models.CASCADE, related_name="links", db_index=False
    )
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="segment_links")
    entered_at = models.DateTimeField(pgettext_lazy("segment", "Since"), default=clock.now)

    class Meta:
        verbose_name = _("Member of a segment")

    def __str__(self) -> str:
        return f"{self.segment_id}: {self.member_id}"


class Movement(models.Model):
    """One refresh that let members into a stored segment or out of it, set by set."""

    class Cause(models.TextChoices):
        FILLED = "filled", _("First filled")
        RULE = "rule", _("The rule was changed")
        CHANGE = "change", _("Members changed")
        TIME = "time", _("Time went by")

    segment = models.ForeignKey(
        "segments.Segment", on_delete=models.CASCADE, related_name="movements", db_index=False
    )
    version = models.PositiveIntegerField()
    at = models.DateTimeField(default=clock.now)
    cause = models.CharField(max_length=6, choices=Cause)
    entered = models.PositiveIntegerField(default=0)
    left = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("Movement of a segment")
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["segment", "at"], name="segment_movement"),
        ]

    def __str__(self) -> str:
        return f"{self.segment_id}: +{self.entered} -{self.left}"


class SegmentChange(models.Model):
    """One member who came into a segment or went out of it. The first filling is not written down
    member by member: ``SegmentMember.entered_at`` tells the same."""

    pk = models.CompositePrimaryKey("movement_id", "member_id")
    movement = models.ForeignKey(
        Movement, on_delete=models.CASCADE, related_name="changes", db_index=False
    )
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="segment_changes")
    entered = models.BooleanField()

    class Meta:
        verbose_name = _("Change of a segment")

    def __str__(self) -> str:
        return f"{self.movement_id}: {'+' if self.entered else '-'}{self.member_id}"


class ManualMember(models.Model):
    """A member who is in a segment, or kept out of it, whatever its rule says."""

    segment = models.ForeignKey("segments.Segment", on_delete=models.CASCADE, related_name="manual")
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="manual_segments")
    included = models.BooleanField()
    note = models.CharField(_("Reason"), max_length=200, blank=True, default="")
    at = models.DateTimeField(default=clock.now)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        verbose_name = _("Exception of a segment")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["segment", "member"], name="segment_manual_once"),
        ]

    def __str__(self) -> str:
        return f"{self.segment_id}: {self.member_id}"


class Pending(models.Model):
    """A member who must be tested again for a stored segment; without a member everybody.

    Written in the transaction that changed the member, so that whoever sees the change sees this.
    """

    segment = models.ForeignKey(
        "segments.Segment", on_delete=models.CASCADE, related_name="pending", db_index=False
    )
    member = models.ForeignKey(
        Member,
        null=True,
        on_delete=models.CASCADE,
        related_name="+",
        db_index=False,
        db_constraint=False,  # short-lived, and checking would lock the member's row
    )

    class Meta:
        verbose_name = _("Member to test again")
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["segment", "member"], name="segment_pending"),
        ]

    def __str__(self) -> str:
        return f"{self.segment_id}: {self.member_id or '*'}"


EVERYBODY = Q(member=None)
