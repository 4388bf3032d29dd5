"""Commands of the office's own databases: ``enishi records import|undo|export``."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from .models import Database

app = typer.Typer()
records = typer.Typer(
    name="records", help="Import and export records of own databases.", no_args_is_help=True
)
app.add_typer(records)

DatabaseArgument = Annotated[str, typer.Argument(help="Key or name of the database.")]
FileArgument = Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True)]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


def _begin() -> None:
    import django

    django.setup()


def _database(wanted: str, as_json: bool, *, what: str = "import") -> "Database":
    from enishi.members.importing.telling import fail

    from .models import Database

    known = {row.key: row for row in Database.objects.present()}
    named = [row for row in known.values() if wanted in (row.name, row.name_en)]
    found = known.get(wanted) or (named[0] if len(named) == 1 else None)
    if found is None:
        there = "、".join(known) or "—"
        fail(f"There is no database “{wanted}”. There are: {there}.", as_json, what=what, code=2)
    return found


@records.command("import")
def import_(
    database: DatabaseArgument,
    file: FileArgument,
    dry_run: Annotated[bool, typer.Option(help="Tell what would happen, change nothing.")] = False,
    key: Annotated[
        str | None,
        typer.Option(help='id, data.KEY of a unique field, or "" where all rows are new.'),
    ] = None,
    on_error: Annotated[str, typer.Option(help="skip wrong rows, or stop.")] = "stop",
    create_fields: Annotated[
        bool, typer.Option(help="Keep columns that fit no field as new fields.")
    ] = True,
    columns: Annotated[
        list[str] | None,
        typer.Option("--map", help="HEADING=field, to correct the proposed mapping."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Import a list (CSV in any usual encoding, or XLSX) into a database."""
    _begin()
    from django.core.files import File

    from enishi.members.importing.actions import Quiet
    from enishi.members.importing.refusals import HasErrors, Unreadable, WrongMapping
    from enishi.members.importing.telling import corrected, fail, tell

    from .importing import actions

    if on_error not in ("skip", "stop"):
        raise typer.BadParameter("Write --on-error skip or --on-error stop.")
    into, failed = _database(database, as_json), ""
    try:
        with file.open("rb") as opened:
            of = actions.receive(into, File(opened), file.name, by=None)
        mapping = corrected(of, columns or [])
        if not create_fields:
            mapping |= {i: "ignore" for i, t in of.mapping.items() if t.startswith("new.")}
        of = actions.set_mapping(
            of, mapping=mapping, key=key, skip_errors=on_error == "skip", by=None
        )
        if dry_run:
            actions.run_check(of, Quiet())
        else:
            actions.run_commit(of, Quiet())
    except Unreadable as wrong:
        fail(str(wrong), as_json, code=2 if isinstance(wrong, WrongMapping) else 1)
    except HasErrors as wrong:
        failed = wrong.reason
    of.refresh_from_db()
    tell(of, failed, as_json)


@records.command()
def undo(
    number: Annotated[int, typer.Argument(help="The import's number.")],
    leave_edited: Annotated[
        bool, typer.Option(help="Undo what was not edited since, leave the rest.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Take an import into a database back."""
    _begin()
    from enishi.core.refusals import Refusal
    from enishi.members.importing.telling import fail

    from .importing import actions
    from .models import RecordImport

    of = RecordImport.objects.filter(pk=number, state__in=("done", "undone")).first()
    if of is None:
        fail(f"There is no import {number} that could be undone.", as_json, code=2)
    try:
        counts = actions.run_undo(of, leave_edited=leave_edited)
    except Refusal as refused:
        fail(str(refused), as_json)
    print(
        json.dumps({"import": number, **counts})
        if as_json
        else f"import {number} undone: " + ", ".join(f"{k} {v}" for k, v in counts.items())
    )


@records.command()
def export(
    database: DatabaseArgument,
    file: Annotated[Path, typer.Argument(dir_okay=False, help="Where to write.")],
    format_: Annotated[str, typer.Option("--format", help="csv or xlsx.")] = "",
    encoding: Annotated[str, typer.Option(help="utf-8 or cp932.")] = "utf-8",
    search: Annotated[str, typer.Option(help="Only records found by these words.")] = "",
    sensitive: Annotated[
        bool, typer.Option("--sensitive", help="With the values of encrypted fields.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Export a database to a CSV or XLSX file, which an import reads back unchanged."""
    _begin()
    from django.db import transaction

    from enishi.core.refusals import Refusal
    from enishi.members.importing.actions import Quiet
    from enishi.members.importing.telling import fail

    from .exporting import actions

    try:
        with transaction.atomic():
            made = actions.prepare(
                _database(database, as_json, what="export"),
                filters={"search": [search]} if search else {},
                wanted=format_ or ("xlsx" if file.suffix.lower() == ".xlsx" else "csv"),
                encoding=encoding,
                sensitive=sensitive,
                by=None,
            )
            actions.write_to(made, file, Quiet())
            made.save(update_fields=["rows", "lost_characters"])
            actions.told(made)
    except Refusal as refused:
        fail(str(refused), as_json, what="export", code=2)
    except OSError as error:
        fail(f"{file} cannot be written: {error.strerror}.", as_json, what="export")
    lost = made.lost_characters
    if as_json:
        told = {"export": made.pk, "rows": made.rows, "file": str(file), "lost_characters": lost}
        print(json.dumps(told, ensure_ascii=False))
        return
    print(f"{file}: {made.rows} records")
    if lost:
        print(f"CP932 lacks, written as 〓: {'、'.join(lost)}", file=sys.stderr)
