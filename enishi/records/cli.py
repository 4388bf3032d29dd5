"""Commands of the office's own databases: ``enishi records import|undo|export``."""

from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import typer

from enishi.members.importing import telling
from enishi.members.importing.telling import (
    Columns,
    DryRun,
    Encoding,
    FileArgument,
    Format,
    Json,
    LeaveEdited,
    Number,
    OnError,
    Target,
)
from enishi.ui.written import listed

if TYPE_CHECKING:
    from .models import Database

app = typer.Typer()
records = typer.Typer(
    name="records", help="Import and export records of own databases.", no_args_is_help=True
)
app.add_typer(records)

DatabaseArgument = Annotated[str, typer.Argument(help="Key or name of the database.")]


def _begin() -> None:
    import django

    django.setup()


def _database(wanted: str, as_json: bool, *, what: str = "import") -> "Database":
    from .models import Database

    known = {row.key: row for row in Database.objects.present()}
    named = [row for row in known.values() if wanted in (row.name, row.name_en)]
    found = known.get(wanted) or (named[0] if len(named) == 1 else None)
    if found is None:
        there = listed(known) or "—"
        telling.fail(
            f"There is no database “{wanted}”. There are: {there}.", as_json, what=what, code=2
        )
    return found


@records.command("import")
def import_(
    database: DatabaseArgument,
    file: FileArgument,
    dry_run: DryRun = False,
    key: Annotated[
        str | None,
        typer.Option(help='id, data.KEY of a unique field, or "" where all rows are new.'),
    ] = None,
    on_error: OnError = "stop",
    create_fields: Annotated[
        bool, typer.Option(help="Keep columns that fit no field as new fields.")
    ] = True,
    columns: Columns = None,
    as_json: Json = False,
) -> None:
    """Import a list (CSV in any usual encoding, or XLSX) into a database."""
    _begin()
    from .importing import actions

    telling.take_in(
        file,
        partial(actions.receive, _database(database, as_json), by=None),
        actions,
        columns=columns,
        create_fields=create_fields,
        on_error=on_error,
        dry_run=dry_run,
        as_json=as_json,
        key=key,
        by=None,
    )


@records.command()
def undo(number: Number, leave_edited: LeaveEdited = False, as_json: Json = False) -> None:
    """Take an import into a database back."""
    _begin()
    from .importing import actions
    from .models import RecordImport

    of = RecordImport.objects.filter(pk=number, state__in=("done", "undone")).first()
    if of is None:
        telling.fail(f"There is no import {number} that could be undone.", as_json, code=2)
    telling.take_back(of, partial(actions.run_undo, of, leave_edited=leave_edited), as_json)


@records.command()
def export(
    database: DatabaseArgument,
    file: Target,
    format_: Format = "",
    encoding: Encoding = "utf-8",
    search: Annotated[str, typer.Option(help="Only records found by these words.")] = "",
    sensitive: Annotated[
        bool, typer.Option("--sensitive", help="With the values of encrypted fields.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Export a database to a CSV or XLSX file, which an import reads back unchanged."""
    _begin()
    from .exporting import actions

    def prepare() -> Any:
        return actions.prepare(
            _database(database, as_json, what="export"),
            filters={"search": [search]} if search else {},
            wanted=telling.format_of(file, format_),
            encoding=encoding,
            sensitive=sensitive,
            by=None,
        )

    telling.write_out(file, prepare, actions, rows="records", as_json=as_json)
