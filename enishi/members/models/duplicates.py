"""Members who may be the same person, who are known not to be, and merges with their journal."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from enishi.core import clock

from .member import Member


class DuplicateScan(models.Model):
    """One look through the whole roll; the newest one's ``odds`` say how frequent names are."""

    at = models.DateTimeField(default=clock.now, editable=False)
    members = models.BigIntegerField()
    candidates = models.BigIntegerField(default=0)
    found = models.BigIntegerField(default=0)
    odds = models.JSONField(default=dict)

    class Meta:
        ordering: ClassVar[list[str]] = ["-pk"]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M}: {self.found}"


class _Pair(models.Model):
    """Two members, the one with the smaller id first.

    Without constraints on the ids: a row whose member is gone means nothing and does no harm.
    """

    first = models.ForeignKey(
        Member, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False
    )
    second = models.ForeignKey(
        Member, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False
    )

    class Meta:
        abstract = True
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["first", "second"], name="%(class)s_once"),
            models.CheckConstraint(
                condition=Q(first__lt=F("second")), name="%(class)s_smaller_id_first"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first_id}, {self.second_id}"


class DuplicatePair(_Pair):
    """Two members who are perhaps one, with the score (0–100) and the reasons.

    ``reasons``: [code, params] each, see enishi.members.duplicates.reasons. Made anew by each scan.
    """

    score = models.PositiveSmallIntegerField(_("Score"))
    reasons = models.JSONField(default=list)
    found_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta(_Pair.Meta):
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["-score", "id"], name="duplicate_score")
        ]

    def __str__(self) -> str:
        return f"{self.first_id}, {self.second_id}: {self.score}"


class NotSame(_Pair):
    """Somebody has looked at these two and knows that they are not the same."""

    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    at = models.DateTimeField(default=clock.now, editable=False)

    class Meta(_Pair.Meta):
        verbose_name = _("Not the same")


class Merge(models.Model):
    """``drop`` was merged into ``keep``; the journal that undoing it needs.

    ``values``: field key → {"before", "after"} of ``keep``, ``before`` being what undoing returns
    to as long as the field still holds ``after``. ``periods`` likewise, as lists of spans. ``made``
    holds rows that the merge added: table, id and content; ``places`` the rows of households,
    organisations and guardians that it changed: model, id, and the columns before and after.
    """

    keep = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="merges")
    drop = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="merged_away")
    choices = models.JSONField(default=dict)
    values = models.JSONField(default=dict)
    periods = models.JSONField(default=dict)
    made = models.JSONField(default=list)
    places = models.JSONField(default=list)
    score = models.PositiveSmallIntegerField(null=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    at = models.DateTimeField(_("Merged"), default=clock.now, editable=False)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    undone_at = models.DateTimeField(_("Undone"), null=True, editable=False)

    class Meta:
        verbose_name = _("Merge")
        ordering: ClassVar[list[str]] = ["-pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["drop"], condition=Q(undone_at=None), name="merged_into_one_only"
            ),
            models.CheckConstraint(condition=~Q(keep=F("drop")), name="merge_of_two"),
        ]

    def __str__(self) -> str:
        return f"{self.drop_id} → {self.keep_id}"

    @property
    def told(self) -> dict[str, dict[str, Any]]:
        """``values`` by the keys that the API and people know."""
        names = {"type_id": "member_type"}
        return {names.get(n, n.removesuffix("_id")): value for n, value in self.values.items()}


class MergedRows(models.Model):
    """Rows of one table that belonged to the dropped member, by their primary keys.

    ``moved`` belong to the keeper since the merge. ``parked`` could not follow (the keeper has one
    of the kind already, and there can be only one): they wait with the dropped member.
    """

    merge = models.ForeignKey(Merge, on_delete=models.CASCADE, related_name="rows")
    table = models.CharField(max_length=63)
    column = models.CharField(max_length=63)
    moved = models.JSONField(default=list)
    parked = models.JSONField(default=list)

    def __str__(self) -> str:
        return f"{self.table}.{self.column}: {len(self.moved)}, {len(self.parked)}"
