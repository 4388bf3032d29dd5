"""A saved question about members, and every form that it has had."""

from typing import ClassVar, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from enishi.core import clock

from .membership import Pending


class Moving(models.TextChoices):
    """How the answer changes though nobody does anything."""

    NOT = "", pgettext_lazy("segment", "Only when members change")
    DAILY = "day", pgettext_lazy("segment", "With every new day")
    ALWAYS = "instant", pgettext_lazy("segment", "At any moment")


class SegmentQuerySet(models.QuerySet["Segment"]):
    def stored(self) -> Self:
        """Those whose members are kept, with a log of who came and went."""
        return self.filter(kind=Segment.Kind.STORED)

    def due(self) -> Self:
        """Stored ones whose members time alone may have changed by now, or that were never
        filled."""
        now = clock.now()
        return self.stored().filter(Q(refreshed_at=None) | Q(next_due__lte=now))

    def with_waiting(self) -> Self:
        """With ``waiting``: whether changes of members have not reached it yet."""
        return self.annotate(waiting=Exists(Pending.objects.filter(segment=OuterRef("pk"))))


class Segment(models.Model):
    """A saved question. ``rule`` is a tree of the rule language, and the only truth about it.

    ``fields``, ``kinds``, ``sources`` name everything that the answer depends on, also through the
    segments it refers to; ``parents`` are those that it names itself. A stored segment keeps its
    members in ``SegmentMember``; a live one is asked anew each time.
    """

    class Kind(models.TextChoices):
        STORED = "stored", pgettext_lazy("segment", "Members are kept")
        LIVE = "live", pgettext_lazy("segment", "Asked anew each time")

    name = models.CharField(_("Name"), max_length=100)
    description = models.TextField(_("Description"), blank=True, default="", max_length=2000)
    rule = models.JSONField(_("Rule"))
    version = models.PositiveIntegerField(_("Version"), default=1, editable=False)
    kind = models.CharField(_("Members"), max_length=6, choices=Kind, default=Kind.STORED)
    ready = models.CharField(  # the key of a ready-made one, so that it is made once
        max_length=20, blank=True, default="", editable=False
    )

    fields = ArrayField(models.TextField(), default=list, editable=False)
    sentences = models.JSONField(default=dict, editable=False)  # what it means, by language
    kinds = ArrayField(models.TextField(), default=list, editable=False)
    sources = ArrayField(models.TextField(), default=list, editable=False)
    parents = ArrayField(models.BigIntegerField(), default=list, editable=False)
    moving = models.CharField(
        max_length=7, choices=Moving, blank=True, default=Moving.NOT, editable=False
    )

    count = models.PositiveIntegerField(_("Members"), null=True, editable=False)
    counted_at = models.DateTimeField(null=True, editable=False)
    rule_at = models.DateTimeField(default=clock.now, editable=False)  # when the rule was made
    refreshed_at = models.DateTimeField(_("Brought up to date"), null=True, editable=False)
    next_due = models.DateTimeField(null=True, editable=False)
    took_ms = models.PositiveIntegerField(default=0, editable=False)
    refreshes = models.PositiveIntegerField(default=0, editable=False)  # of all its members
    tests = models.PositiveBigIntegerField(default=0, editable=False)  # members tested one by one
    problem = models.TextField(blank=True, default="", editable=False)

    created_at = models.DateTimeField(default=clock.now, editable=False)
    updated_at = models.DateTimeField(default=clock.now, editable=False)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="+",
    )

    objects = SegmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("Segment")
        verbose_name_plural = _("Segments")
        ordering: ClassVar[list[str]] = ["name", "pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["ready"], name="segment_ready_once", condition=~Q(ready="")
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("segments:segment", args=[self.pk])

    @property
    def sentence(self) -> str:
        """What the rule means, in the language of the reader, as it was said when it was saved."""
        return str(self.sentences.get((get_language() or "ja")[:2], ""))

    @property
    def is_stored(self) -> bool:
        return self.kind == self.Kind.STORED

    @property
    def is_filled(self) -> bool:
        """Whether its members were ever looked for."""
        return self.refreshed_at is not None

    @property
    def has_new_rule(self) -> bool:
        """Whether the rule was changed since its members were last looked for."""
        return self.refreshed_at is not None and self.rule_at > self.refreshed_at

    @property
    def is_current(self) -> bool:
        """Whether the kept members are exactly those who answer the question now."""
        return self.is_current_but_for_waiting and not Pending.objects.filter(segment=self).exists()

    @property
    def is_current_but_for_waiting(self) -> bool:
        """The same, where nobody waits to be tested again."""
        return (
            self.is_stored
            and self.is_filled
            and self.moving != Moving.ALWAYS
            and not self.problem
            and not self.has_new_rule
            and (self.next_due is None or clock.now() < self.next_due)
        )


class SegmentVersion(models.Model):
    """A segment as it was from ``at`` on, until the next version."""

    segment = models.ForeignKey(Segment, on_delete=models.CASCADE, related_name="versions")
    version = models.PositiveIntegerField()
    name = models.CharField(max_length=100)
    rule = models.JSONField()
    kind = models.CharField(max_length=6, choices=Segment.Kind)
    at = models.DateTimeField(default=clock.now)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        verbose_name = _("Version of a segment")
        ordering: ClassVar[list[str]] = ["-version"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["segment", "version"], name="segment_version_once"),
        ]

    def __str__(self) -> str:
        return f"{self.name} v{self.version}"
