"""Files kept with a member; they are served only through a view that checks the right."""

import secrets
from pathlib import Path
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from enishi.core import clock


def stored_as(_instance: models.Model, filename: str) -> str:
    """A name that cannot be guessed; the real name is kept in the row."""
    return f"members/{secrets.token_hex(16)}{Path(filename).suffix.lower()[:10]}"


class MemberFile(models.Model):
    """A file about a member, such as an application form."""

    member = models.ForeignKey("members.Member", on_delete=models.CASCADE, related_name="files")
    file = models.FileField(upload_to=stored_as, max_length=120)
    name = models.CharField(_("Name"), max_length=200)
    size = models.BigIntegerField(_("Size"))
    content_type = models.CharField(max_length=100)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    at = models.DateTimeField(_("Added"), default=clock.now, editable=False)

    class Meta:
        verbose_name = _("File")
        ordering: ClassVar[list[str]] = ["-at", "-pk"]

    def __str__(self) -> str:
        return self.name
