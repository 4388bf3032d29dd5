"""The organisation's own databases and their records."""

from collections.abc import Mapping
from typing import Any, ClassVar, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from enishi.core import clock
from enishi.members.fields import fields_of, type_of
from enishi.members.models import CellProblem, Field, ListExport, ListImport, Member

ICONS = (
    *("database", "forms", "file", "mail", "phone", "calendar", "users", "building"),
    *("tag", "id", "notes", "box", "certificate", "message"),
)
TITLES = (Field.Type.TEXT, Field.Type.CHOICE, Field.Type.EMAIL, Field.Type.DATE)


class DatabaseQuerySet(models.QuerySet["Database"]):
    def present(self) -> Self:
        """Those that are not in the bin."""
        return self.filter(deleted_at=None)


class Database(models.Model):
    """A table that the office has made: 資料請求, 研修受講, 備品貸出. Its key stays for good.

    Its fields are ``members.Field`` rows whose ``table`` is the key. ``columns`` are the keys of
    the fields that its list shows; empty: the first few.
    """

    class OfMember(models.TextChoices):
        """Whether its records belong to members."""

        MUST = "must", pgettext_lazy("records", "Every record belongs to a member")
        MAY = "may", pgettext_lazy("records", "A record may belong to a member")
        NOT = "not", pgettext_lazy("records", "Records do not belong to members")

    key = models.CharField(_("Key"), max_length=60, unique=True)
    name = models.CharField(_("Name"), max_length=100)
    name_en = models.CharField(_("Name in English"), max_length=100, blank=True, default="")
    description = models.CharField(_("What it is for"), max_length=300, blank=True, default="")
    icon = models.CharField(_("Icon"), max_length=20, default="database")
    of_member = models.CharField(
        pgettext_lazy("records", "Belongs to"), max_length=4, choices=OfMember, default=OfMember.MAY
    )
    columns = ArrayField(
        models.CharField(max_length=60),
        verbose_name=_("Columns"),
        default=list,
        blank=True,
    )
    in_menu = models.BooleanField(_("Shown in the menu"), default=True)
    order = models.PositiveIntegerField(_("Order"), default=0)
    created_at = models.DateTimeField(_("Created"), default=clock.now, editable=False)
    deleted_at = models.DateTimeField(_("Deleted"), null=True, editable=False)

    objects = DatabaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("Database")
        verbose_name_plural = _("Databases")
        ordering: ClassVar[list[str]] = ["order", "pk"]

    def __str__(self) -> str:
        return self.name if get_language() == "ja" else self.name_en or self.name

    def get_absolute_url(self) -> str:
        return reverse("records:list", args=[self.key])

    @property
    def fields(self) -> list[Field]:
        """Its live fields in order. Shared: do not change them."""
        return fields_of(self.key)

    @property
    def takes_members(self) -> bool:
        return self.of_member != self.OfMember.NOT


class RecordQuerySet(models.QuerySet["Record"]):
    def present(self) -> Self:
        """Those that are not in the bin."""
        return self.filter(deleted_at=None)


class Record(models.Model):
    """One row of a database. ``data`` is shaped by the database's fields, as a member's is."""

    database = models.ForeignKey(
        Database,
        verbose_name=_("Database"),
        on_delete=models.PROTECT,
        related_name="records",
        db_index=False,
    )
    member = models.ForeignKey(
        Member,
        verbose_name=_("Member"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="records",
        db_index=False,
    )
    data = models.JSONField(_("Values"), default=dict, blank=True)
    title = models.CharField(max_length=200, default="", editable=False)  # kept by the write path
    search = models.TextField(default="", editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(_("Created"), default=clock.now, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="+",
        db_index=False,
    )
    updated_at = models.DateTimeField(_("Updated"), default=clock.now, editable=False)
    deleted_at = models.DateTimeField(_("Deleted"), null=True, editable=False)

    objects = RecordQuerySet.as_manager()

    class Meta:
        verbose_name = _("Record")
        verbose_name_plural = _("Records")
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["database", "id"], name="record_database"),
            models.Index(fields=["database", "updated_at", "id"], name="record_updated"),
            models.Index(
                fields=["member", "database"], name="record_member", condition=~Q(member=None)
            ),
            GinIndex(fields=["data"], name="record_data", opclasses=["jsonb_path_ops"]),
        ]

    def __str__(self) -> str:
        return self.title or f"#{self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("records:record", args=[self.database.key, self.pk])


def title_of(fields: list[Field], data: Mapping[str, Any]) -> str:
    """What a record is called: its first value that reads like a name; '' when it has none."""
    for field in fields:
        if (
            field.type in TITLES
            and not field.sealed
            and (value := data.get(field.key)) not in (None, "")
        ):
            return type_of(field).said(field, value)[:200]
    return ""


class RecordImport(ListImport):
    """One file on its way into a database.

    ``key`` tells which record a row is about: "id" (the record number), "data.<key>" of a unique
    field, or "" where every row is a new record.
    """

    STAGED = "records_import"

    database = models.ForeignKey(Database, on_delete=models.CASCADE, related_name="imports")
    key = models.CharField(max_length=70, blank=True, default="")

    class Meta(ListImport.Meta):
        verbose_name = _("Import")

    def get_absolute_url(self) -> str:
        return reverse("records:import", args=[self.database.key, self.pk])

    @property
    def of_table(self) -> str:
        """The key of the database, whose fields the columns go into."""
        return self.database.key


class RecordImportProblem(CellProblem):
    """A cell of a list of records."""

    of = models.ForeignKey(RecordImport, on_delete=models.CASCADE, related_name="problems")

    class Meta(CellProblem.Meta):
        pass


class RecordImportChange(models.Model):
    """What an import did to one record: ``before`` is what it overwrote, None of a new one.

    ``after_version`` is the version that it left behind; another one now means a later edit.
    """

    of = models.ForeignKey(RecordImport, on_delete=models.CASCADE, related_name="changes")
    record = models.ForeignKey(Record, on_delete=models.CASCADE, related_name="+")
    before = models.JSONField(null=True)
    after_version = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.of_id}: {self.record_id}"


class RecordExport(ListExport):
    """A file made from a database."""

    database = models.ForeignKey(Database, on_delete=models.CASCADE, related_name="exports")

    class Meta:
        verbose_name = _("Export")

    def get_absolute_url(self) -> str:
        return reverse("records:exported", args=[self.database.key, self.pk])

    @property
    def file_url(self) -> str:
        return reverse("records:export_file", args=[self.database.key, self.pk])
