"""The stream of what members did, its kinds, and visits that belong to nobody yet.

``activity_activity`` is partitioned by month of ``at`` (in UTC) and has no unique key of its own:
a key of a partitioned table would have to hold ``at``, and the same id sent again with another
time would be stored twice. ``activity_seenid`` holds every id that was ever stored instead.
"""

from datetime import datetime
from typing import Any, ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from enishi.core import clock
from enishi.members.models import Member


class Kind(models.Model):
    """A kind of activity. Its id never changes, so that a row of the stream needs only a number.

    Those that an app registers are put here when the database is migrated; those declared by API
    are ``own``. ``props`` maps the names of properties to their types (``activity.props``).
    """

    id = models.SmallAutoField(primary_key=True)
    key = models.CharField(_("Key"), max_length=60, unique=True, db_collation="C")
    label = models.CharField(_("Name"), max_length=100)
    icon = models.CharField(_("Icon"), max_length=40, default="activity")
    props = models.JSONField(_("Properties"), default=dict)
    own = models.BooleanField(_("Declared by the organisation"), default=False)
    keep_months = models.PositiveSmallIntegerField(
        _("Keep for (months)"), null=True, blank=True, validators=[MaxValueValidator(1200)]
    )  # None: as long as the stream; shorter is cleared row by row
    created_at = models.DateTimeField(_("Created"), default=clock.now, editable=False)

    class Meta:
        verbose_name = _("Kind of activity")
        ordering: ClassVar[list[str]] = ["pk"]

    def __str__(self) -> str:
        return str(self.title)

    @property
    def title(self) -> str | Promise:
        """What people call it, in their language where an app registered it."""
        from .kinds import REGISTERED

        known = REGISTERED.get(self.key)
        return known.label if known is not None and not self.own else self.label


class ActivityQuerySet(models.QuerySet["Activity"]):
    def latest_first(self) -> Self:
        return self.order_by("-at", "-pk")

    def by_people(self) -> Self:
        """Without what machines did: link scanners, previews, crawlers."""
        return self.filter(machine=False)


class Activity(models.Model):
    """One thing that one member did, or that was done to them. Never changed.

    ``object`` names what it was about in the kind's own words (a page's path, a link); ``props``
    are the kind's typed properties, None when there are none.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    at = models.DateTimeField(_("When"))
    member = models.ForeignKey(
        Member,
        on_delete=models.CASCADE,
        related_name="activities",
        db_constraint=False,  # checking it would lock each member's row for each activity
        db_index=False,
    )
    kind = models.ForeignKey(
        Kind, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    machine = models.BooleanField(_("By a machine"), default=False)
    object = models.TextField(_("Object"), default="", blank=True)
    props = models.JSONField(_("Properties"), null=True, blank=True)

    objects = ActivityQuerySet.as_manager()

    class Meta:
        verbose_name = _("Activity")
        verbose_name_plural = _("Activities")

    def __str__(self) -> str:
        return f"{self.kind} {self.object}".strip()


class SeenId(models.Model):
    """The ids of all activities and visits, so that each is stored once, whatever else it says."""

    id = models.UUIDField(primary_key=True, editable=False)

    def __str__(self) -> str:
        return str(self.id)


class Visitor(models.Model):
    """A browser that has become a member's: visits under this id are the member's visits.

    The id is given by us and signed (``activity.tracking.marks``). One that a browser had before
    its owner signed in is never bound; its visits are handed over once, and it gets a new one.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="visitors")
    since = models.DateTimeField(default=clock.now, editable=False)

    def __str__(self) -> str:
        return str(self.id)


class Visit(models.Model):
    """A page seen by somebody whom we do not know (yet)."""

    id = models.UUIDField(primary_key=True, editable=False)
    visitor = models.UUIDField(db_index=True)
    at = models.DateTimeField(db_index=True)
    machine = models.BooleanField(default=False)
    object = models.TextField(default="", blank=True)
    props = models.JSONField(null=True, blank=True)

    def __str__(self) -> str:
        return self.object


class Tracking(models.Model):
    """How visits are counted, and how long what members did is kept. One row."""

    class Address(models.TextChoices):
        NONE = "none", _("Not kept")
        CUT = "cut", _("Cut short (203.0.113.0)")
        HASHED = "hashed", _("As a code that leads back to nobody")

    enabled = models.BooleanField(_("Count visits"), default=True)
    consent = models.BooleanField(
        _("Only after the visitor has agreed"),
        default=False,
        help_text=_("The page calls enishi.agree() when the visitor agrees."),
    )
    address = models.CharField(
        _("IP addresses"), max_length=10, choices=Address, default=Address.CUT
    )
    origins = ArrayField(
        models.CharField(max_length=200),
        verbose_name=_("Other sites of the organisation"),
        default=list,
        blank=True,
    )
    visit_days = models.PositiveSmallIntegerField(
        _("Keep visits of unknown visitors for (days)"),
        default=90,
        validators=[MaxValueValidator(1100)],
    )
    keep_months = models.PositiveSmallIntegerField(
        _("Keep what members did for (months)"),
        null=True,
        blank=True,
        validators=[MaxValueValidator(1200)],
        help_text=_("Empty: for ever."),
    )

    class Meta:
        verbose_name = _("Tracking")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=models.Q(pk=1), name="one_tracking")
        ]

    def __str__(self) -> str:
        return gettext("Tracking")

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.pk = 1
        super().save(*args, **kwargs)

    @classmethod
    def current(cls) -> Self:
        """The settings, with defaults where nobody has changed them yet."""
        return cls.objects.filter(pk=1).first() or cls(pk=1)


def months_ago(months: int) -> datetime:
    """The same day and time of ``months`` months before, or that month's last day."""
    import calendar

    now = clock.now()
    year, month = divmod(now.year * 12 + now.month - 1 - months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return now.replace(year=year, month=month + 1, day=min(now.day, last))


__all__ = [
    "Activity",
    "ActivityQuerySet",
    "Kind",
    "SeenId",
    "Tracking",
    "Visit",
    "Visitor",
    "months_ago",
]
