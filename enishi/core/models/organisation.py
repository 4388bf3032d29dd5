"""Who runs this installation."""

from typing import Any, ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from enishi.core.asked import asked


class Organisation(models.Model):
    """The one organisation of this installation."""

    name = models.CharField(_("Name"), max_length=200, default="")
    name_en = models.CharField(_("Name in English"), max_length=200, blank=True, default="")
    zone = models.CharField(_("Time zone"), max_length=64, default="Asia/Tokyo")
    fiscal_year_start = models.PositiveSmallIntegerField(
        _("First month of the fiscal year"),
        default=4,
        validators=[MinValueValidator(1), MaxValueValidator(12)],
    )
    email = models.EmailField(_("E-mail"), blank=True, default="")
    phone = models.CharField(_("Phone"), max_length=30, blank=True, default="")
    postal_code = models.CharField(_("Postal code"), max_length=8, blank=True, default="")
    address = models.CharField(_("Address"), max_length=300, blank=True, default="")

    class Meta:
        verbose_name = _("Organisation")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=models.Q(pk=1), name="one_organisation")
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.pk = 1
        super().save(*args, **kwargs)

    @classmethod
    def current(cls) -> "Organisation":
        """The organisation, with plain defaults where nobody has filled it in yet."""
        there = _there.rows()
        return there[0] if there else cls(pk=1)


@asked
def _there() -> models.QuerySet[Organisation]:
    return Organisation.objects.filter(pk=1)
