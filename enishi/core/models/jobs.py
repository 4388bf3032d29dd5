"""Work that goes on after the page has been answered."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class JobQuerySet(models.QuerySet["Job"]):
    def open(self) -> "JobQuerySet":
        """Jobs that wait or run."""
        return self.filter(state__in=[Job.State.WAITING, Job.State.RUNNING])

    def about(self, thing: models.Model) -> "JobQuerySet":
        """Jobs that were started for ``thing``, newest first."""
        return self.filter(about_type=thing._meta.label_lower, about_id=str(thing.pk)).order_by(
            "-pk"
        )


class Job(models.Model):
    """One piece of background work: how far it is, and how it ended."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")
        CANCELLED = "cancelled", _("Cancelled")

    name = models.CharField(_("Name"), max_length=100)
    arguments = models.JSONField(default=dict)
    state = models.CharField(
        _("State"), max_length=12, choices=State.choices, default=State.WAITING
    )
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(null=True, blank=True)
    unit_note = models.CharField(max_length=60, blank=True, default="")
    note = models.CharField(max_length=300, blank=True, default="")
    result = models.JSONField(null=True, blank=True)
    error = models.TextField(blank=True, default="")
    trace = models.TextField(blank=True, default="")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("Started by"),
    )
    about_type = models.CharField(max_length=100, blank=True, default="")
    about_id = models.CharField(max_length=64, blank=True, default="")
    enqueued_at = models.DateTimeField(_("Asked for"), auto_now_add=True)
    started_at = models.DateTimeField(_("Started"), null=True, blank=True)
    ended_at = models.DateTimeField(_("Ended"), null=True, blank=True)
    cancel_requested = models.BooleanField(default=False)
    attempts = models.PositiveSmallIntegerField(default=0)

    objects = JobQuerySet.as_manager()

    class Meta:
        verbose_name = _("Job")
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["state", "-id"], name="job_state"),
            models.Index(fields=["about_type", "about_id"], name="job_about"),
        ]

    def __str__(self) -> str:
        return str(self.title)

    @property
    def title(self) -> Any:
        """What the job is called in the reader's language."""
        from enishi.core.jobs import title_of

        return title_of(self.name)

    @property
    def is_open(self) -> bool:
        """Whether the job still waits or runs."""
        return self.state in (self.State.WAITING, self.State.RUNNING)

    @property
    def percent(self) -> int | None:
        """How much is done, 0 to 100; None while the total is not known."""
        if self.state == self.State.DONE:
            return 100
        return min(100, self.done * 100 // self.total) if self.total else None


class PeriodicWork(models.Model):
    """When a piece of periodic work was last due and which job did it."""

    name = models.CharField(primary_key=True, max_length=100)
    last_due_at = models.DateTimeField()
    last_job = models.ForeignKey(
        Job, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("Periodic work")

    def __str__(self) -> str:
        return self.name
