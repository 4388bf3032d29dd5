"""How mail leaves and what happens to bounces: what the office sets."""

from typing import Any, ClassVar, Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _


class MailSettings(models.Model):
    """The one row of mail settings. Where mail goes is said by the environment (EMAIL_URL)."""

    sender_name = models.CharField(_("Sender name"), max_length=200, blank=True, default="")
    sender = models.CharField(_("Sender address"), max_length=254, blank=True, default="")
    reply_to = models.CharField(_("Reply address"), max_length=254, blank=True, default="")
    bounce_address = models.CharField(_("Bounce address"), max_length=254, blank=True, default="")
    soft_limit = models.PositiveSmallIntegerField(
        _("Bounces until stopped"),
        default=5,
        validators=[MinValueValidator(2), MaxValueValidator(50)],
    )
    soft_days = models.PositiveSmallIntegerField(
        _("within days"), default=30, validators=[MinValueValidator(1), MaxValueValidator(365)]
    )
    footer = models.TextField(_("Sender identity"), blank=True, default="", max_length=2000)

    class Meta:
        verbose_name = _("Mail settings")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=models.Q(pk=1), name="one_mail_settings")
        ]

    def __str__(self) -> str:
        return self.sender

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.pk = 1
        super().save(*args, **kwargs)

    @classmethod
    def current(cls) -> Self:
        """The settings, with plain defaults where nobody has filled them in yet."""
        return cls.objects.filter(pk=1).first() or cls(pk=1)
