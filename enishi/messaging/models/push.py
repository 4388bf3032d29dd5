"""Browsers that wish to be told."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from enishi.core import clock


class PushSubscription(models.Model):
    """A browser of somebody who signed in: where to push to, and with which keys (RFC 8291)."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="push_subscriptions"
    )
    endpoint = models.CharField(max_length=1000, unique=True)
    p256dh = models.CharField(max_length=120)
    auth = models.CharField(max_length=40)
    browser = models.CharField(_("Browser"), max_length=200, blank=True, default="")
    created_at = models.DateTimeField(_("Since"), default=clock.now, editable=False)

    class Meta:
        verbose_name = _("Push subscription")
        ordering: ClassVar[list[str]] = ["-pk"]

    def __str__(self) -> str:
        return self.browser or str(self.pk)
