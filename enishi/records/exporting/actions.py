"""The verbs of an export of records: start one, make its file, forget old files."""

import tempfile
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, BinaryIO

from django.core.files import File
from django.db import transaction

from enishi.accounts.models import User
from enishi.core import clock
from enishi.core.facts import announce
from enishi.core.params import PlainParams
from enishi.members.exporting.actions import Reporting, WrongFormat
from enishi.members.fields import visible_fields
from enishi.members.importing.actions import Quiet
from enishi.members.models import Field
from enishi.records.facts import RecordsExported
from enishi.records.listing import Listing
from enishi.records.models import Database, RecordExport

from .writing import write

AT_ONCE = 5_000  # records up to which the file is made while one waits
KEPT_FOR = timedelta(days=7)


@transaction.atomic
def start(
    database: Database,
    *,
    filters: Mapping[str, Sequence[str]],
    wanted: str,
    encoding: str = "utf-8",
    sensitive: bool = False,
    by: User | None,
) -> RecordExport:
    """Ask for a file; it is made in the background and kept for a week. Raises WrongFormat.

    ``sensitive``: with the values of encrypted fields, as far as ``by`` may see them.
    """
    from .jobs import export_records

    made = prepare(
        database, filters=filters, wanted=wanted, encoding=encoding, sensitive=sensitive, by=by
    )
    made.job = export_records.enqueue(by=by, about=made, export_id=made.pk)
    made.save(update_fields=["job"])
    return made


def prepare(
    database: Database,
    *,
    filters: Mapping[str, Sequence[str]],
    wanted: str,
    encoding: str,
    sensitive: bool = False,
    by: User | None,
) -> RecordExport:
    """The export as a row, without its file yet."""
    if wanted not in ("csv", "xlsx") or encoding not in ("utf-8", "cp932"):
        raise WrongFormat
    now = clock.now()
    return RecordExport.objects.create(
        database=database,
        name=f"{database}_{clock.today():%Y%m%d}.{wanted}".replace("/", "_")[:200],
        format=wanted,
        encoding=encoding,
        columns=[one.key for one in fields_for(database, by) if sensitive or not one.sealed],
        filters={name: list(values) for name, values in filters.items()},
        by=by,
        created_at=now,
        expires_at=now + KEPT_FOR,
    )


def fields_for(database: Database, by: User | None) -> list[Field]:
    """The columns of a file that ``by`` may take out."""
    known = visible_fields(by, database.key).values()
    return [one.own for one in known if one.own is not None]


def write_to(made: RecordExport, path: Path, progress: Reporting) -> None:
    """Write what the export asks for to ``path``, and keep how much it came to."""
    seen = fields_for(made.database, made.by)
    fields = [field for field in seen if field.key in made.columns]
    listing = Listing(made.database, PlainParams(made.filters), seen, by=made.by)
    progress.start(None)

    def advance(rows: int) -> None:
        progress.stop_if_cancelled()
        progress.at(rows)

    with transaction.atomic():
        made.rows, made.lost_characters = write(
            path,
            made.database,
            fields,
            listing.every(),
            wanted=made.format,
            encoding=made.encoding,
            advance=advance,
        )


def make_file(made: RecordExport, progress: Reporting) -> dict[str, Any]:
    """Write the file of an export and tell the history who took what."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "export"
        write_to(made, path, progress)
        with transaction.atomic(), path.open("rb") as file:
            keep(made, file)
    return {"export": made.pk, "rows": made.rows}


def make_at_once(made: RecordExport) -> None:
    """The same while one waits, for a few records."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "export"
        write_to(made, path, Quiet())
        with path.open("rb") as file:
            keep(made, file)


def keep(made: RecordExport, file: BinaryIO) -> None:
    """Keep the file with its export."""
    made.file.save(made.name, File(file), save=False)
    made.save(update_fields=["file", "rows", "lost_characters"])
    told(made)


def told(made: RecordExport) -> None:
    """Announce that records were taken out."""
    announce(
        RecordsExported(
            about=made.database,
            rows=made.rows or 0,
            format=made.format,
            columns=made.columns,
            by=made.by,
        )
    )


def forget_expired() -> int:
    """Delete the files of exports whose time is over. Returns how many."""
    count = 0
    for made in RecordExport.objects.exclude(file="").filter(expires_at__lt=clock.now()):
        made.file.delete(save=False)
        made.file = ""
        made.save(update_fields=["file"])
        count += 1
    return count
