"""Tasks: what somebody in the office has to do by a day, and rules that make them."""

from datetime import date
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from enishi.core import clock


class TaskQuerySet(models.QuerySet["Task"]):
    def open(self) -> Self:
        """Those still to be done, also about nobody; not those about somebody in the bin."""
        return self.filter(done_at=None).filter(Q(member=None) | Q(member__deleted_at=None))

    def unowned(self) -> Self:
        """Those of nobody, also of somebody who works in the office no longer."""
        gone = Q(owner__is_active=False) | Q(owner__is_staff=False)
        return self.filter(Q(owner=None) | gone)

    def due(self, day: date) -> Self:
        """Open ones whose day is ``day`` or was before."""
        return self.open().filter(due_on__lte=day)

    def soonest_first(self) -> Self:
        """Those without a day come last."""
        return self.order_by(F("due_on").asc(nulls_last=True), "pk")


class TaskRule(models.Model):
    """Makes tasks by itself: ``kind`` says when (see actions.task_rules), ``days`` how long."""

    kind = models.CharField(pgettext_lazy("task rule", "When"), max_length=40)
    days = models.PositiveSmallIntegerField(_("Days"))
    title = models.CharField(_("Task"), max_length=200)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("For"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    retired_at = models.DateTimeField(_("Retired"), null=True, blank=True)
    created_at = models.DateTimeField(_("Created"), default=clock.now, editable=False)

    class Meta:
        verbose_name = _("Task rule")
        ordering: ClassVar[list[str]] = ["pk"]

    def __str__(self) -> str:
        return self.title


class Task(models.Model):
    """Something to do, perhaps about a member, perhaps by a day, perhaps by somebody.

    ``contact``: the next action that it was noted as. ``rule`` and ``key``: which rule made it,
    and what for; a rule makes one task for a key, ever. What somebody has reopened
    (``reopened_at``) no rule closes any more.
    """

    title = models.CharField(_("Task"), max_length=200)
    text = models.TextField(
        pgettext_lazy("task", "Details"), blank=True, default="", max_length=20_000
    )
    due_on = models.DateField(_("Due"), null=True, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("For"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="tasks",
        db_index=False,
    )
    member = models.ForeignKey(
        "members.Member",
        verbose_name=_("Member"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="tasks",
    )
    contact = models.ForeignKey(
        "members.Contact", null=True, on_delete=models.SET_NULL, related_name="tasks"
    )
    rule = models.ForeignKey(
        TaskRule, null=True, on_delete=models.SET_NULL, related_name="tasks", db_index=False
    )
    key = models.CharField(max_length=100, blank=True, default="", editable=False)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(_("Created"), default=clock.now, editable=False)
    done_at = models.DateTimeField(_("Done"), null=True, editable=False)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    reopened_at = models.DateTimeField(null=True, editable=False)

    objects = TaskQuerySet.as_manager()

    class Meta:
        verbose_name = _("Task")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["rule", "key"], condition=~Q(key=""), name="once_per_rule_and_key"
            ),
            models.UniqueConstraint(
                fields=["contact"], condition=~Q(contact=None), name="one_task_per_contact"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["owner", "due_on"], name="task_open", condition=Q(done_at=None)),
            models.Index(fields=["-done_at"], name="task_done", condition=~Q(done_at=None)),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_overdue(self) -> bool:
        return self.done_at is None and self.due_on is not None and self.due_on < clock.today()
