"""Status over time: what a member was, from when to when, and why."""

from datetime import date
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from enishi.core import clock


class Status(models.TextChoices):
    APPLICANT = "applicant", pgettext_lazy("member status", "Applicant")
    PROVISIONAL = "provisional", pgettext_lazy("member status", "Provisional")
    ACTIVE = "active", pgettext_lazy("member status", "Active")
    SUSPENDED = "suspended", pgettext_lazy("member status", "Suspended")
    LEFT = "left", pgettext_lazy("member status", "Left")
    REFUSED = "refused", pgettext_lazy("member status", "Refused")


UNKNOWN_DAY = date(1, 1, 1)  # a period "from" this day began before anybody wrote it down
LEFT_STATUSES = (Status.LEFT, Status.REFUSED)


class LeaveReason(models.Model):
    """A reason for leaving, from the list that the office owns."""

    name = models.CharField(_("Name"), max_length=100, unique=True)
    order = models.PositiveIntegerField(_("Order"), default=0)
    retired_at = models.DateTimeField(_("Retired"), null=True, blank=True)

    class Meta:
        verbose_name = _("Leave reason")
        ordering: ClassVar[list[str]] = ["order", "pk"]

    def __str__(self) -> str:
        return self.name


class StatusPeriod(models.Model):
    """One stretch of a membership: from ``from_on`` (included) to ``to_on`` (excluded).

    Periods of a member follow each other without gap or overlap; the last one is open (``to_on``
    is empty). The first begins on UNKNOWN_DAY when nobody knows since when. Periods may lie in
    the future: a leave at the end of the year is already here, and ``Member.status`` follows when
    its day comes.
    """

    member = models.ForeignKey(
        "members.Member",
        on_delete=models.CASCADE,
        related_name="periods",
        db_index=False,
        db_constraint=False,  # this and the type's: 12 s a million rows of an import
    )
    status = models.CharField(_("Status"), max_length=12, choices=Status)
    type = models.ForeignKey(
        "members.MemberType",
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    from_on = models.DateField(_("From"))
    to_on = models.DateField(_("To"), null=True, blank=True)
    reason = models.ForeignKey(
        LeaveReason,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    note = models.CharField(_("Note"), max_length=500, blank=True, default="")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        db_index=False,
    )
    recorded_at = models.DateTimeField(_("Recorded"), default=clock.now, editable=False)

    class Meta:
        verbose_name = _("Status period")
        ordering: ClassVar[list[str]] = ["from_on", "pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(to_on__isnull=True) | Q(to_on__gt=F("from_on")),
                name="period_ends_after_it_starts",
            ),
            models.UniqueConstraint(fields=["member", "from_on"], name="one_period_a_day"),
            models.UniqueConstraint(
                fields=["member"], condition=Q(to_on__isnull=True), name="one_open_period"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_status_display()} {self.since or ''}–{self.to_on or ''}"

    @property
    def since(self) -> date | None:
        """The first day, or None when nobody knows it."""
        return None if self.from_on == UNKNOWN_DAY else self.from_on
