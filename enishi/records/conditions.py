"""Records in the rule language: ``{"has": "record.<key>", "where": […]}``."""

from collections.abc import Iterator, Mapping

from django.utils.translation import gettext_lazy as _

from enishi.members.conditions import Source, Subject, Type, Where, more_sources
from enishi.members.fields import Compare, fields_of, type_of
from enishi.members.models import Field

from .models import Database

PREFIX = "record."


def find() -> Iterator[Source]:
    """One source for each database whose records belong to members."""
    for database in Database.objects.present().exclude(of_member=Database.OfMember.NOT):
        yield Source(
            PREFIX + database.key,
            str(database),
            "records_record r",
            "r.member_id",
            lambda key=database.key: subjects(key),  # type: ignore[misc]
            at="created_at",
            always=Where("r.database_id = %s AND r.deleted_at IS NULL", (database.pk,), total=True),
            right="records.view",
        )


def subjects(key: str) -> dict[str, Subject]:
    """What can be asked about a record: its fields by key, and when it was entered."""
    found = {
        "created_at": Subject(
            "created_at", _("Entered"), Type.INSTANT, "r.created_at", nullable=False
        ),
        "updated_at": Subject(
            "updated_at", _("Updated"), Type.INSTANT, "r.updated_at", nullable=False
        ),
    }
    fields = fields_of(key)
    found |= {field.key: _subject(field) for field in fields if not field.sealed}
    return Subjects(found, {field.key: str(field) for field in fields if field.sealed})


class Subjects(dict[str, Subject]):
    """What can be asked about a record, and the encrypted fields about which nothing can."""

    def __init__(self, known: Mapping[str, Subject], encrypted: dict[str, str]) -> None:
        super().__init__(known)
        self._encrypted = encrypted

    def encrypted(self) -> dict[str, str]:
        """Key → label."""
        return self._encrypted


_TYPES = {
    Compare.TEXT: Type.TEXT,
    Compare.NUMBER: Type.NUMBER,
    Compare.DATE: Type.DATE,
    Compare.DATETIME: Type.INSTANT,
    Compare.TIME: Type.TIME,
    Compare.YES_NO: Type.BOOLEAN,
    Compare.CHOICE: Type.CHOICE,
    Compare.CHOICES: Type.CHOICES,
    Compare.LINK: Type.NUMBER,
    Compare.FILE: Type.PRESENCE,
}


def _subject(field: Field) -> Subject:
    kind = type_of(field)
    return Subject(
        field.key,
        str(field),
        _TYPES[kind.compare],
        kind.sql(field, "r.data"),
        written=kind.compare in (Compare.DATE, Compare.DATETIME, Compare.TIME),
        choices=tuple((choice.value, str(choice)) for choice in field.known_choices),
        open=not field.choices,
    )


more_sources(find)
