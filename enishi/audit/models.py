"""What happened, entry by entry, and the newest link of the chain that seals it."""

from typing import Any, ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from enishi.core import clock


class HistoryQuerySet(models.QuerySet["HistoryEntry"]):
    def about(self, thing: models.Model) -> "HistoryQuerySet":
        """What happened to ``thing``, newest first."""
        return self.filter(about_type=thing._meta.label_lower, about_id=str(thing.pk)).order_by(
            "-pk"
        )

    def unsealed(self) -> "HistoryQuerySet":
        """Entries that the chain does not hold yet, in the order in which it takes them."""
        return self.filter(seal_no=None).order_by("pk")


class HistoryEntry(models.Model):
    """One thing that happened. Written once; PostgreSQL refuses to change it.

    What names people (``about_label``, ``by_label``, ``values``, ``ip``) enters the chain only
    through ``digest``, a salted hash, so that a person can be forgotten and the chain still holds.
    """

    at = models.DateTimeField(_("When"), default=clock.now, editable=False)
    fact = models.CharField(_("What"), max_length=100, editable=False)
    area = models.CharField(_("Area"), max_length=50, editable=False)
    about_type = models.CharField(max_length=100, editable=False, default="")
    about_id = models.CharField(max_length=64, editable=False, default="")
    about_label = models.CharField(_("About"), max_length=300, editable=False, default="")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("Who"),
        null=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        related_name="+",
        editable=False,
    )
    by_label = models.CharField(max_length=300, editable=False, default="")
    values = models.JSONField(default=dict, editable=False)
    fields = ArrayField(models.CharField(max_length=100), default=list, editable=False)
    request_id = models.CharField(max_length=64, editable=False, default="")
    ip = models.CharField(max_length=45, editable=False, default="")
    salt = models.CharField(max_length=32, editable=False)

    seal_no = models.BigIntegerField(_("Number in the chain"), null=True, editable=False)
    digest = models.CharField(max_length=64, editable=False, default="")
    prev_hash = models.CharField(max_length=64, editable=False, default="")
    hash = models.CharField(max_length=64, editable=False, default="")

    objects = HistoryQuerySet.as_manager()

    class Meta:
        verbose_name = _("History entry")
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["about_type", "about_id", "-id"], name="history_about"),
            models.Index(fields=["by", "-id"], name="history_by"),
            models.Index(fields=["fact", "-id"], name="history_fact"),
            models.Index(fields=["area", "-id"], name="history_area"),
            models.Index(fields=["at"], name="history_at"),
            models.Index(fields=["id"], name="history_unsealed", condition=models.Q(seal_no=None)),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["seal_no"], name="one_entry_per_seal"),
            models.CheckConstraint(
                condition=models.Q(seal_no=None, hash="") | ~models.Q(seal_no=None, hash=""),
                name="sealed_with_a_hash",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.fact} {self.about_label}"

    @cached_property
    def sentence(self) -> str:
        """What happened, in the reader's language."""
        from .wording import sentence

        return sentence(self)

    def sentence_there(self, called: str) -> tuple[str, str]:
        """What happened, without the name of the thing, and who did it; for the thing's page."""
        from .wording import sentence_there

        return sentence_there(self, called)

    @cached_property
    def details(self) -> list[Any]:
        """The values, with labels: rows of (label, old, new); old is None for plain values."""
        from .wording import details

        return details(self)


class ChainHead(models.Model):
    """The newest link, kept apart, so that entries cut off at the end are missed."""

    seal_no = models.BigIntegerField()
    hash = models.CharField(max_length=64)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=models.Q(pk=1), name="one_chain_head")
        ]

    def __str__(self) -> str:
        return f"{self.seal_no} {self.hash}"
