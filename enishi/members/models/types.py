"""Member types (会員種別) and the numbers that they give."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class MemberType(models.Model):
    """A kind of membership such as 正会員, and the pattern of its member numbers."""

    name = models.CharField(_("Name"), max_length=100, unique=True)
    for_organisations = models.BooleanField(_("For organisations"), default=False)
    number_pattern = models.CharField(
        _("Number pattern"),
        max_length=60,
        default="M{year}{seq:5}",
        help_text=_("{year}, {yy}, {fiscal}, {seq:5}; anything else is kept as it is."),
    )
    order = models.PositiveIntegerField(_("Order"), default=0)
    retired_at = models.DateTimeField(_("Retired"), null=True, blank=True)

    class Meta:
        verbose_name = _("Member type")
        ordering: ClassVar[list[str]] = ["order", "pk"]

    def __str__(self) -> str:
        return self.name


class NumberCounter(models.Model):
    """The last number given for one rendering of a pattern; numbers are never given again."""

    prefix = models.CharField(max_length=80, unique=True)
    last = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.prefix}: {self.last}"
