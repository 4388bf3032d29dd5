"""Tags: short words that staff put on members."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class Tag(models.Model):
    name = models.CharField(_("Name"), max_length=50, unique=True)
    colour = models.CharField(_("Colour"), max_length=12, default="blue")

    class Meta:
        verbose_name = _("Tag")
        ordering: ClassVar[list[str]] = ["name"]

    def __str__(self) -> str:
        return self.name


class MemberTag(models.Model):
    """A tag on a member."""

    member = models.ForeignKey("members.Member", on_delete=models.CASCADE, related_name="tag_links")
    tag = models.ForeignKey(Tag, on_delete=models.CASCADE, related_name="member_links")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["member", "tag"], name="tag_once_per_member")
        ]

    def __str__(self) -> str:
        return f"{self.member_id}: {self.tag_id}"
