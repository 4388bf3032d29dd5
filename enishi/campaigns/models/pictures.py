"""Pictures in mails."""

import secrets
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from enishi.core import clock


def stored_as(picture: "Picture", _filename: str) -> str:
    return f"pictures/{picture.word}.{picture.kind}"


def new_word() -> str:
    return secrets.token_hex(12)


class Picture(models.Model):
    """A picture in mails. Mail programs fetch it without signing in: its address is public, and
    cannot be guessed. It is never changed, and stays for as long as mails may show it."""

    class Kind(models.TextChoices):
        JPEG = "jpg", "JPEG"
        PNG = "png", "PNG"
        GIF = "gif", "GIF"

    word = models.CharField(max_length=24, unique=True, default=new_word, editable=False)
    hash = models.CharField(max_length=64, unique=True, editable=False)  # of what was handed in
    file = models.FileField(upload_to=stored_as, max_length=120)
    kind = models.CharField(max_length=3, choices=Kind)
    name = models.CharField(_("Name"), max_length=200)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    size = models.PositiveIntegerField(_("Size"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    at = models.DateTimeField(_("Added"), default=clock.now, editable=False)

    class Meta:
        verbose_name = _("Picture")
        ordering: ClassVar[list[str]] = ["-pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def url(self) -> str:
        """The whole address, as mails need it."""
        path = reverse("campaigns:picture", args=[self.word, self.kind])
        return f"{settings.BASE_URL}{path}"
