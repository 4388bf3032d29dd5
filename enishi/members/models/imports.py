"""An import: the uploaded list, what was found in it, and what it changed."""

import secrets
from pathlib import Path
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from enishi.core import clock
from enishi.core.japanese.sentences import sentence


def stored_as(_instance: models.Model, filename: str) -> str:
    return f"imports/{secrets.token_hex(16)}{Path(filename).suffix.lower()[:10]}"


class ListImport(models.Model):
    """One file on its way into a table. State only moves forward, except undone.

    ``STAGED``: how the tables begin that hold its rows until they are written.
    """

    STAGED: ClassVar[str]
    problems: Any  # the cells that are wrong (CellProblem)
    objects: ClassVar[models.Manager[Any]] = models.Manager()

    class State(models.TextChoices):
        UPLOADED = "uploaded", pgettext_lazy("import", "Uploaded")
        CHECKING = "checking", pgettext_lazy("import", "Being checked")
        CHECKED = "checked", pgettext_lazy("import", "Checked")
        COMMITTING = "committing", pgettext_lazy("import", "Being imported")
        DONE = "done", pgettext_lazy("import", "Imported")
        FAILED = "failed", pgettext_lazy("import", "Failed")
        CANCELLED = "cancelled", pgettext_lazy("import", "Cancelled")
        UNDOING = "undoing", pgettext_lazy("import", "Being undone")
        UNDONE = "undone", pgettext_lazy("import", "Undone")

    file = models.FileField(upload_to=stored_as, max_length=120)
    name = models.CharField(_("File"), max_length=255)
    size = models.BigIntegerField(default=0)
    state = models.CharField(max_length=12, choices=State, default=State.UPLOADED)
    found = models.JSONField(default=dict)  # format, encoding, delimiter, header, sample rows…
    mapping = models.JSONField(default=dict)  # column index → target (see importing.mapping)
    new_fields = models.JSONField(default=dict)  # column index → key, label, type of a new field
    skip_errors = models.BooleanField(default=False)
    counts = models.JSONField(default=dict)  # rows, new, changed, same, wrong, ignored
    made = models.JSONField(default=dict)  # ids of the types and own fields that it created
    problem = models.TextField(blank=True, default="")
    job = models.ForeignKey("core.Job", null=True, on_delete=models.SET_NULL, related_name="+")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(default=clock.now, editable=False)
    committed_at = models.DateTimeField(null=True, editable=False)
    undone_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        abstract = True
        ordering: ClassVar[list[str]] = ["-pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def of_table(self) -> str:
        """Whose own fields the columns go into: '' of members, else the key of a database."""
        return ""

    @property
    def staged(self) -> str:
        """The table that holds its rows until they are written."""
        return f"{self.STAGED}_{self.pk:d}"

    def heading(self, index: int) -> str:
        """What stands above a column; without a heading, which one it is in Excel's letters."""
        header = self.found.get("header", [])
        if not 0 <= index < len(header):
            return ""
        return header[index] or _("column %(letters)s, without a heading") % {
            "letters": _letters(index)
        }

    @property
    def unnamed(self) -> list[dict[str, Any]]:
        """Columns without a heading in which something stands: heading, values, whether read."""
        return [
            {
                "heading": self.heading(int(index)),
                "values": values,
                "read": self.mapping.get(index, "ignore") != "ignore",
            }
            for index, values in self.found.get("unnamed", {}).items()
        ]


def _letters(index: int) -> str:
    """0 → A, 26 → AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


class Import(ListImport):
    """One file on its way into the roll."""

    STAGED = "members_import"

    class Key(models.TextChoices):
        NUMBER = "number", _("Member number")
        EMAIL = "email", _("E-mail")
        NAME_BIRTH = "name_birth", _("Name and birth date")

    key = models.CharField(max_length=12, choices=Key, default=Key.NUMBER)
    create_types = models.BooleanField(default=False)

    class Meta(ListImport.Meta):
        verbose_name = _("Import")

    def get_absolute_url(self) -> str:
        return reverse("members:import", args=[self.pk])


class ImportChange(models.Model):
    """What an import overwrote in one existing member; undo puts it back.

    ``after_version`` is the member's version that the import left behind: a higher one now means
    that somebody has edited the member since.
    """

    of = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="changes")
    member = models.ForeignKey("members.Member", on_delete=models.CASCADE, related_name="+")
    before = models.JSONField()
    after_version = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.of_id}: {self.member_id}"


class CellProblem(models.Model):
    """One cell of a file that cannot be imported, and why.

    ``line`` counts physical lines of the file (rows of a workbook) from 1; ``column`` is the index
    of the column, -1 for the row as a whole.
    """

    of: Any  # the ListImport, as a foreign key whose other end is ``problems``
    line = models.BigIntegerField()
    column = models.IntegerField()
    value = models.TextField()
    msgid = models.TextField()
    params = models.JSONField(default=dict)

    class Meta:
        abstract = True
        ordering: ClassVar[list[str]] = ["line", "column", "pk"]

    def __str__(self) -> str:
        return f"{self.line}: {self.reason}"

    @property
    def reason(self) -> str:
        """What is wrong, in the language of whoever reads it."""
        return sentence(self.msgid, self.params)

    @property
    def heading(self) -> str:
        """The heading of the column as it stands in the file."""
        return str(self.of.heading(self.column))


class ImportProblem(CellProblem):
    """A cell of a list of members."""

    of = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="problems")

    class Meta(CellProblem.Meta):
        pass
