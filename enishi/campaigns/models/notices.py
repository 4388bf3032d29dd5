"""Notices on the members' side (重要なお知らせ), and who has read them."""

import re
from datetime import datetime
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from enishi.campaigns.body.blocks import paragraphs
from enishi.core import clock
from enishi.members.models import Member, MemberQuerySet, Status
from enishi.segments.conditions import members_of
from enishi.segments.models import Segment

_STRANGE = re.compile(r'<a href="(?!https?://|mailto:|tel:)[^"]*">', re.IGNORECASE)


class NoticeState(models.TextChoices):
    """Where a notice is between its two days."""

    PLANNED = "planned", pgettext_lazy("notice", "Planned")
    SHOWN = "shown", pgettext_lazy("notice", "Shown")
    OVER = "over", pgettext_lazy("notice", "Over")


class NoticeQuerySet(models.QuerySet["Notice"]):
    def shown(self, at: datetime | None = None) -> Self:
        """Those that members see at this moment."""
        at = at or clock.now()
        return self.filter(Q(to_at=None) | Q(to_at__gt=at), from_at__lte=at)

    def in_state(self, state: str) -> Self:
        now = clock.now()
        match state:
            case NoticeState.PLANNED:
                return self.filter(from_at__gt=now)
            case NoticeState.OVER:
                return self.filter(to_at__lte=now)
        return self.shown(now)


class Notice(models.Model):
    """Something that all members, or those of a segment, should read on their own page.

    ``edition`` counts how often everybody was asked to read it anew; a reading is of an edition.
    """

    State = NoticeState

    title = models.CharField(_("Title"), max_length=200)
    body = models.TextField(pgettext_lazy("notice", "Text"), max_length=20_000)
    must_read = models.BooleanField(_("Must be read"), default=False)
    segment = models.ForeignKey(
        Segment,
        verbose_name=_("Only for a segment"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,  # without its segment a notice would be for everybody
        related_name="+",
    )
    from_at = models.DateTimeField(_("Shown from"), default=clock.now)
    to_at = models.DateTimeField(_("Shown until"), null=True, blank=True)
    edition = models.PositiveIntegerField(default=1, editable=False)
    pushed_edition = models.PositiveIntegerField(default=0, editable=False)  # told to browsers
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    updated_at = models.DateTimeField(default=clock.now, editable=False)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="+",
    )

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("Notice")
        verbose_name_plural = _("Notices")
        ordering: ClassVar[list[str]] = ["-from_at", "-pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(to_at=None) | Q(to_at__gte=F("from_at")), name="notice_ends_after_start"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("campaigns:notice", args=[self.pk])

    @property
    def state(self) -> NoticeState:
        now = clock.now()
        if self.from_at > now:
            return NoticeState.PLANNED
        return NoticeState.OVER if self.to_at and self.to_at <= now else NoticeState.SHOWN

    @property
    def html(self) -> SafeString:
        """The text as paragraphs with links; nothing in it can run."""
        return mark_safe(_STRANGE.sub("<a>", paragraphs(self.body, look="")))  # noqa: S308  # escaped

    def readers(self) -> MemberQuerySet:
        """Everybody it is meant for now."""
        start = Member.objects.present() if self.segment is None else members_of(self.segment)
        return start.filter(deceased_on=None).exclude(status__in=[Status.LEFT, Status.REFUSED])


class Reading(models.Model):
    """A member has confirmed having read an edition of a notice. Kept as it was."""

    class Via(models.TextChoices):
        LINK = "link", pgettext_lazy("reading", "Personal link")
        API = "api", pgettext_lazy("reading", "Other program")

    notice = models.ForeignKey(Notice, on_delete=models.PROTECT, related_name="readings")
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="readings")
    edition = models.PositiveIntegerField()
    at = models.DateTimeField(_("Read"), default=clock.now)
    via = models.CharField(max_length=4, choices=Via, default=Via.LINK)

    class Meta:
        ordering: ClassVar[list[str]] = ["-at"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["notice", "member", "edition"], name="reading_once_an_edition"
            )
        ]

    def __str__(self) -> str:
        return f"{self.notice_id} {self.member_id}"
