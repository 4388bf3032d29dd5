"""Fields of the organisation's own; their values lie in ``Member.data``."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


class Field(models.Model):
    """A field that the office has added to the members.

    The value in ``Member.data[key]`` is a string, whole number, true/false, list of strings, or
    date in ISO form; an empty one is not stored.
    """

    class Type(models.TextChoices):
        TEXT = "text", _("Text")
        INTEGER = "integer", _("Whole number")
        MONEY = "money", _("Amount of money")
        BOOLEAN = "boolean", _("Yes or no")
        CHOICES = "choices", _("Choices")
        DATE = "date", _("Date")

    key = models.CharField(_("Key"), max_length=60, unique=True)
    label_ja = models.CharField(_("Label"), max_length=100)
    label = models.CharField(_("Label in English"), max_length=100, blank=True, default="")
    type = models.CharField(_("Type"), max_length=10, choices=Type, default=Type.TEXT)
    choices = ArrayField(
        models.CharField(max_length=100), verbose_name=_("Choices"), default=list, blank=True
    )
    order = models.PositiveIntegerField(_("Order"), default=0)
    retired_at = models.DateTimeField(_("Retired"), null=True, blank=True)

    class Meta:
        verbose_name = _("Own field")
        ordering: ClassVar[list[str]] = ["order", "pk"]

    def __str__(self) -> str:
        return self.label_ja if get_language() == "ja" else self.label or self.label_ja
