"""What happens in the organisation's own databases."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from enishi.core.facts import Fact


@dataclass(frozen=True, kw_only=True)
class DatabaseAdded(Fact):
    """A database was made."""

    history = _("%(by)s made the database %(about)s")


@dataclass(frozen=True, kw_only=True)
class DatabaseChanged(Fact):
    """A database was set otherwise. ``changes``: what → (old, new)."""

    history = _("%(by)s changed the database %(about)s: %(fields)s")

    changes: dict[str, tuple[Any, Any]]


@dataclass(frozen=True, kw_only=True)
class DatabaseDeleted(Fact):
    """A database was put into the bin with all its records."""

    history = _("%(by)s deleted the database %(about)s")


@dataclass(frozen=True, kw_only=True)
class DatabaseRestored(Fact):
    """A database was taken back with all its records."""

    history = _("%(by)s took back the database %(about)s")


@dataclass(frozen=True, kw_only=True)
class RecordAdded(Fact):
    """A record was entered. ``member``: the id of the member that it belongs to."""

    history = _("%(by)s added %(about)s to %(database)s")

    database: str
    member: int | None = None


@dataclass(frozen=True, kw_only=True)
class RecordChanged(Fact):
    """A record was edited. ``changes``: field → (old, new); ``version``: it is now."""

    history = _("%(by)s changed %(about)s in %(database)s: %(fields)s")

    database: str
    changes: dict[str, tuple[Any, Any]]
    member: int | None = None
    version: int = 0


@dataclass(frozen=True, kw_only=True)
class RecordDeleted(Fact):
    """A record was put into the bin."""

    history = _("%(by)s deleted %(about)s from %(database)s")

    database: str
    member: int | None = None


@dataclass(frozen=True, kw_only=True)
class RecordRestored(Fact):
    """A record was taken back."""

    history = _("%(by)s took back %(about)s in %(database)s")

    database: str
    member: int | None = None


@dataclass(frozen=True, kw_only=True)
class RecordsExported(Fact):
    """Records were taken out as a file."""

    history = _("%(by)s exported %(rows)s records of %(about)s")

    rows: int
    format: str
    columns: list[str]


@dataclass(frozen=True, kw_only=True)
class RecordsImported(Fact):
    """A list was brought into a database, all of it or nothing."""

    history = _("%(by)s imported %(file)s into %(about)s: %(new)s new, %(changed)s changed")

    file: str
    new: int
    changed: int


@dataclass(frozen=True, kw_only=True)
class RecordsImportUndone(Fact):
    """An imported list was taken back out of a database."""

    history = _(
        "%(by)s undid the import of %(file)s into %(about)s: %(removed)s removed,"
        " %(restored)s as before"
    )

    file: str
    removed: int
    restored: int
