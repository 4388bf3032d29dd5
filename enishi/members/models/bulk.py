"""Changes of one field on many members at once, and what stood there before."""

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from enishi.core import clock


class BulkEdit(models.Model):
    """One field of many members set to one value, or a tag put on or taken off many.

    ``filters`` are the parameters of the list that chose them, or ``ids``. ``value`` is as stored
    (an id for a tag or an owner); ``shown`` as people read it. ``left_out`` counts those whom an
    undo left as they were, because somebody had changed them since.
    """

    class Verb(models.TextChoices):
        SET = "set", pgettext_lazy("bulk edit", "Set to")
        PUT = "put", pgettext_lazy("bulk edit", "Put on")
        TAKE = "take", pgettext_lazy("bulk edit", "Take off")

    field = models.CharField(_("Field"), max_length=80)
    verb = models.CharField(max_length=4, choices=Verb, default=Verb.SET)
    value = models.JSONField(null=True)
    shown = models.CharField(max_length=300, blank=True, default="")
    filters = models.JSONField(default=dict)
    count = models.BigIntegerField(null=True)
    job = models.ForeignKey("core.Job", null=True, on_delete=models.SET_NULL, related_name="+")
    undo_job = models.ForeignKey("core.Job", null=True, on_delete=models.SET_NULL, related_name="+")
    undone_at = models.DateTimeField(null=True)
    left_out = models.BigIntegerField(default=0)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        verbose_name = _("Bulk change")
        ordering: ClassVar[list[str]] = ["-pk"]

    def __str__(self) -> str:
        return f"{self.field}: {self.shown}"


class BulkEditRow(models.Model):
    """What one member had before; null where there was nothing.

    A hundred thousand are written at once, so there is one index to keep in order. Rows of an edit
    lie together: to find them, blocks are remembered.
    """

    pk = models.CompositePrimaryKey("member", "edit")
    edit = models.ForeignKey(
        BulkEdit,
        on_delete=models.CASCADE,
        related_name="rows",
        db_index=False,
        db_constraint=False,  # a check for every row takes longer than the row; so below
    )
    member = models.ForeignKey(
        "members.Member",
        on_delete=models.CASCADE,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    old = models.JSONField(null=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            BrinIndex(
                fields=["edit"], name="bulk_edit_rows", pages_per_range=16, autosummarize=True
            )
        ]

    def __str__(self) -> str:
        return f"{self.edit_id}: {self.member_id}"
