"""Saved views of the list: columns, rule, search, order, row height under a name."""

from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Case, Q, When
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from enishi.accounts.models import Role
from enishi.core import clock

if TYPE_CHECKING:
    from enishi.accounts.models import User


class SavedViewQuerySet(models.QuerySet["SavedView"]):
    def present(self) -> Self:
        """Those that were not deleted."""
        return self.filter(deleted_at=None)

    def seen_by(self, user: "User | None") -> Self:
        """The shared ones and the user's own; the shared ones alone for nobody."""
        mine = Q(owner=user) if user is not None and user.pk else Q(pk=None)
        return self.present().filter(Q(shared=True) | mine)

    def offered_to(self, user: Any) -> Self:
        """The same for the user with this id, each with ``comes_first``: whether one of their
        roles sees it first."""
        roles = ArraySubquery(Role.objects.filter(users=user).values("key"))
        first = Case(When(default_for__overlap=roles, shared=True, then=True), default=False)
        mine = self.present().filter(Q(shared=True) | Q(owner=user))
        return mine.annotate(comes_first=first)


class SavedView(models.Model):
    """A list of members that is looked at again and again.

    ``rule`` is in the language of docs/reference/rules.md; null is everybody. Empty ``columns``
    are the usual ones. ``default_for`` are keys of roles whose people see it first.
    """

    class Density(models.TextChoices):
        AS_EACH = "", pgettext_lazy("row height", "As each person likes")
        DENSE = "dense", pgettext_lazy("row height", "Many rows")
        ROOMY = "roomy", pgettext_lazy("row height", "High rows")

    name = models.CharField(_("Name"), max_length=100)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="saved_views"
    )
    shared = models.BooleanField(_("Everybody in the office can use it"), default=False)
    columns = ArrayField(models.CharField(max_length=80), default=list, blank=True)
    rule = models.JSONField(null=True, default=None)
    search = models.CharField(max_length=200, blank=True, default="")
    sort = models.CharField(max_length=80, blank=True, default="")
    density = models.CharField(
        _("Row height"), max_length=5, choices=Density, blank=True, default=Density.AS_EACH
    )
    default_for = ArrayField(models.CharField(max_length=50), default=list, blank=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    updated_at = models.DateTimeField(default=clock.now, editable=False)
    deleted_at = models.DateTimeField(null=True, editable=False)

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        verbose_name = _("Saved view")
        ordering: ClassVar[list[str]] = ["name", "pk"]

    def __str__(self) -> str:
        return self.name
