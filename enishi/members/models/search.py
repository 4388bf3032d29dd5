"""What the search box looks into; see enishi.members.search."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Func


class SearchEntry(models.Model):
    """A copy of a member's ``search`` text, indexed by its n-grams (SQL: ``members_grams``).

    Apart from the member, so that a large import need not wait for this slow index.
    """

    member = models.OneToOneField(
        "members.Member",
        primary_key=True,
        on_delete=models.CASCADE,
        related_name="+",
        db_constraint=False,  # one check less a row; an orphan is harmless and purged with the bin
    )
    search = models.TextField(db_collation="C")

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            GinIndex(
                Func(
                    F("search"),
                    function="members_grams",
                    output_field=ArrayField(models.TextField()),
                ),
                name="member_grams",
            )
        ]

    def __str__(self) -> str:
        return f"{self.member_id}"


class SearchPending(models.Model):
    """Members ``from_id``…``to_id`` have no SearchEntry yet; a job makes them in batches."""

    from_id = models.BigIntegerField()
    to_id = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.from_id}–{self.to_id}"
