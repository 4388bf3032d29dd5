"""Fields of the organisation's own, of members and of custom databases, and the files in them."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from enishi.core import clock


@dataclass(frozen=True)
class Choice:
    """One thing that can be chosen. ``value`` is stored and stays; the labels may change.

    ``former``: labels that it had; files that were written then still name it by them.
    """

    value: str
    label: str
    label_en: str = ""
    retired: bool = False
    former: tuple[str, ...] = ()

    def __str__(self) -> str:
        return self.label if get_language() == "ja" else self.label_en or self.label


class FieldQuerySet(models.QuerySet["Field"]):
    def of(self, table: str) -> Self:
        """Those of the members (''), or of the custom database with this key."""
        return self.filter(table=table)

    def present(self) -> Self:
        """Those that were not deleted."""
        return self.filter(deleted_at=None)

    def live(self) -> Self:
        """Those that are in use: neither retired nor deleted."""
        return self.filter(deleted_at=None, retired_at=None)


class Field(models.Model):
    """A field that the office has added to the members, or to a custom database.

    ``table`` is '' for members, else the key of the database. The values lie in ``data[key]`` of
    the member or record, in the shape that ``enishi.members.fields.types`` says; an empty value
    is not stored. Key, table and type stay for good.
    """

    class Type(models.TextChoices):
        TEXT = "text", _("Text")
        LONG_TEXT = "long_text", _("Long text")
        INTEGER = "integer", _("Whole number")
        DECIMAL = "decimal", _("Decimal number")
        MONEY = "money", _("Amount of money")
        DATE = "date", _("Date")
        DATETIME = "datetime", _("Date and time")
        TIME = "time", pgettext_lazy("field type", "Time")
        BOOLEAN = "boolean", _("Yes or no")
        CHOICE = "choice", _("One choice")
        CHOICES = "choices", pgettext_lazy("field type", "Several choices")
        EMAIL = "email", _("E-mail")
        PHONE = "phone", _("Phone")
        URL = "url", _("Web address")
        ADDRESS = "address", _("Postal address")
        FILE = "file", _("File")
        IMAGE = "image", _("Image")
        MEMBER = "member", _("Link to a member")
        RECORD = "record", _("Link to a record")
        COMPUTED = "computed", _("Computed")

    class Input(models.TextChoices):
        USUAL = "", pgettext_lazy("input", "As usual")
        SELECT = "select", pgettext_lazy("input", "List to open")
        RADIO = "radio", pgettext_lazy("input", "Buttons, one of them")
        CHECKBOXES = "checkboxes", pgettext_lazy("input", "Boxes to tick")
        SUGGEST = "suggest", pgettext_lazy("input", "Text with suggestions")

    class Personal(models.TextChoices):
        ORDINARY = "ordinary", pgettext_lazy("personal data", "Ordinary")
        SENSITIVE = "sensitive", pgettext_lazy("personal data", "Sensitive (special care)")
        SPECIFIC = "specific", pgettext_lazy("personal data", "Specific (My Number)")

    table = models.CharField(max_length=60, blank=True, default="", editable=False)
    key = models.CharField(_("Key"), max_length=60)
    label_ja = models.CharField(_("Label"), max_length=100)
    label = models.CharField(_("Label in English"), max_length=100, blank=True, default="")
    help = models.CharField(_("Explanation"), max_length=300, blank=True, default="")
    type = models.CharField(_("Type"), max_length=10, choices=Type, default=Type.TEXT)
    choices = models.JSONField(_("Choices"), default=list, blank=True)
    links_to = models.CharField(  # of a link to a record: the key of its database
        _("Database"), max_length=60, blank=True, default=""
    )
    expression = models.TextField(_("Formula"), blank=True, default="", max_length=2000)
    derived_from = ArrayField(  # keys that values may come from until they are worked out anew
        models.CharField(max_length=70), default=list, blank=True, editable=False
    )
    result = models.CharField(  # of a computed field: the type that its value is kept as
        _("Shown as"), max_length=10, blank=True, default=""
    )

    required = models.BooleanField(_("Must be filled in"), default=False)
    unique = models.BooleanField(_("No two alike"), default=False)
    default = models.JSONField(_("Filled in beforehand"), null=True, blank=True, default=None)
    longest = models.PositiveIntegerField(_("Length at most"), null=True, blank=True)
    least = models.JSONField(_("At least"), null=True, blank=True, default=None)
    most = models.JSONField(_("At most"), null=True, blank=True, default=None)
    pattern = models.CharField(_("Pattern"), max_length=200, blank=True, default="")
    input = models.CharField(
        _("How it is entered"), max_length=10, choices=Input, blank=True, default=Input.USUAL
    )

    personal = models.CharField(
        _("Personal data"), max_length=10, choices=Personal, default=Personal.ORDINARY
    )
    seen_by = ArrayField(  # keys of roles; empty: everybody
        models.CharField(max_length=50), verbose_name=_("Seen by"), default=list, blank=True
    )
    edited_by = ArrayField(
        models.CharField(max_length=50), verbose_name=_("Edited by"), default=list, blank=True
    )
    on_my_page = models.BooleanField(_("Shown on the member's own page"), default=False)
    edited_on_my_page = models.BooleanField(_("The member may change it"), default=False)
    at_registration = models.BooleanField(_("Asked at registration"), default=False)
    searched = models.BooleanField(_("Found by the search box"), default=False)

    section = models.CharField(_("Section"), max_length=100, blank=True, default="")
    order = models.PositiveIntegerField(_("Order"), default=0)
    retired_at = models.DateTimeField(_("Retired"), null=True, blank=True)
    deleted_at = models.DateTimeField(_("Deleted"), null=True, blank=True, editable=False)

    objects = FieldQuerySet.as_manager()

    class Meta:
        verbose_name = _("Own field")
        ordering: ClassVar[list[str]] = ["order", "pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["table", "key"], name="field_key_once"),
        ]

    def __str__(self) -> str:
        return self.label_ja if get_language() == "ja" else self.label or self.label_ja

    @property
    def is_live(self) -> bool:
        return self.retired_at is None and self.deleted_at is None

    @property
    def sealed(self) -> bool:
        """Whether its values are kept sealed: those of sensitive classes, where they are the
        own words of a member or record, not files or links."""
        return self.personal != self.Personal.ORDINARY and self.type not in _OPEN_TYPES

    @property
    def in_search(self) -> bool:
        """Whether the search box finds its values: never those that not everybody may see."""
        return self.searched and not self.seen_by and not self.sealed

    @property
    def stored_type(self) -> str:
        """The type that values are kept as: of a computed field that of its result."""
        return self.result or self.Type.DECIMAL if self.type == self.Type.COMPUTED else self.type

    @property
    def known_choices(self) -> list[Choice]:
        """All choices in their order, retired ones included."""
        seen: tuple[Any, list[Choice]] | None = self.__dict__.get("_known_choices")
        if seen is None or seen[0] is not self.choices:
            seen = self.__dict__["_known_choices"] = (self.choices, self._choices())
        return seen[1]

    def _choices(self) -> list[Choice]:
        kept = as_choices(self.choices)
        return [Choice(**{**one, "former": tuple(one.get("former", ()))}) for one in kept]

    @property
    def offered_choices(self) -> list[Choice]:
        """The choices that can be chosen now."""
        return [choice for choice in self.known_choices if not choice.retired]


class FieldRight(models.Model):
    """Who sees and who edits a group of built-in fields (``fields.groups``); no row: everybody."""

    group = models.CharField(max_length=40, unique=True)
    seen_by = ArrayField(  # keys of roles; empty: everybody
        models.CharField(max_length=50), verbose_name=_("Seen by"), default=list, blank=True
    )
    edited_by = ArrayField(
        models.CharField(max_length=50), verbose_name=_("Edited by"), default=list, blank=True
    )

    class Meta:
        verbose_name = _("Right to fields")

    def __str__(self) -> str:
        from enishi.members.fields.groups import GROUPS

        return str(GROUPS[self.group][0]) if self.group in GROUPS else self.group


_OPEN_TYPES = frozenset(
    (Field.Type.FILE, Field.Type.IMAGE, Field.Type.MEMBER, Field.Type.RECORD, Field.Type.COMPUTED)
)


def as_choices(wanted: Sequence[Any]) -> list[dict[str, Any]]:
    """Choices as they are kept, from labels or from mappings with a value and labels."""
    kept = []
    for one in wanted:
        said = {"value": one} if isinstance(one, str) else dict(one)
        value = str(said.get("value") or said.get("label") or "")
        choice: dict[str, Any] = {
            "value": value,
            "label": str(said.get("label") or value),
            "label_en": str(said.get("label_en") or ""),
            "retired": bool(said.get("retired")),
        }
        if former := said.get("former"):
            choice["former"] = [str(label) for label in former]
        kept.append(choice)
    return kept


def stored_as(_instance: models.Model, filename: str) -> str:
    """A name that cannot be guessed; the real name is kept in the row."""
    return f"fields/{secrets.token_hex(16)}{Path(filename).suffix.lower()[:10]}"


class FieldFile(models.Model):
    """A file or image in an own field. Its id is the field's value; no address leads to it but
    through a view that checks who asks.

    Until the form that it was chosen in is saved it belongs to nobody (``held``); what is never
    saved is dropped after a day.
    """

    table = models.CharField(max_length=60, blank=True, default="")
    key = models.CharField(max_length=60)
    member = models.ForeignKey(
        "members.Member", null=True, on_delete=models.CASCADE, related_name="field_files"
    )
    record = models.BigIntegerField(null=True)  # the record of a custom database that holds it
    file = models.FileField(upload_to=stored_as, max_length=120)
    name = models.CharField(_("Name"), max_length=200)
    size = models.BigIntegerField(_("Size"))
    content_type = models.CharField(max_length=100)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    at = models.DateTimeField(_("Added"), default=clock.now, editable=False)

    class Meta:
        verbose_name = _("File in a field")

    def __str__(self) -> str:
        return self.name

    @property
    def held(self) -> bool:
        return self.member_id is None and self.record is None
