"""Commands of the roll: ``enishi members import|undo|export``, ``enishi seed``."""

import json
import sys
from functools import partial
from typing import Annotated, Any

import typer

from .importing import telling
from .importing.telling import (
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

app = typer.Typer()
members = typer.Typer(name="members", help="Import and export the roll.", no_args_is_help=True)
app.add_typer(members)
fields = typer.Typer(name="fields", help="Keys of sensitive fields.", no_args_is_help=True)
app.add_typer(fields)


def _begin() -> None:
    import django

    django.setup()


@app.command()
def seed(
    members: Annotated[int, typer.Option(min=0, help="How many members to invent.")] = 0,
    activities: Annotated[
        int, typer.Option(min=0, help="How many activities, over the last two years.")
    ] = 0,
) -> None:
    """Add invented members and what they did. Others may have to wait until it is done."""
    _begin()
    from . import seed as seeds

    if not members and not activities:
        raise typer.BadParameter("Write how many, for example --members 100000.")
    try:
        seeded = seeds.seed(members, activities)
    except seeds.NotPossible as refused:
        print(refused.__doc__, file=sys.stderr)
        raise typer.Exit(2) from None
    made = f"{seeded.members:,} members, {seeded.activities:,} activities"
    print(f"{made} in {sum(seeded.seconds.values()):.0f} s.")


@members.command("import")
def import_(
    file: FileArgument,
    dry_run: DryRun = False,
    key: Annotated[str, typer.Option(help="number, email or name_birth.")] = "",
    on_error: OnError = "stop",
    create_types: Annotated[bool, typer.Option(help="Create unknown member types.")] = False,
    create_fields: Annotated[
        bool, typer.Option(help="Keep columns that fit no field as own fields.")
    ] = True,
    columns: Columns = None,
    as_json: Json = False,
) -> None:
    """Import a list (CSV in any usual encoding, or XLSX) into the roll."""
    _begin()
    from .importing import actions

    telling.take_in(
        file,
        partial(actions.start, by=None),
        actions,
        columns=columns,
        create_fields=create_fields,
        on_error=on_error,
        dry_run=dry_run,
        as_json=as_json,
        key=key or None,
        create_types=create_types,
    )


@members.command()
def undo(number: Number, leave_edited: LeaveEdited = False, as_json: Json = False) -> None:
    """Take an import back."""
    _begin()
    from .importing import actions, undoing
    from .models import Import

    of = Import.objects.filter(pk=number).first()
    if of is None:
        telling.fail(f"There is no import {number}.", as_json, code=2)
    undo = partial(undoing.run_undo, of, actions.Quiet(), leave_edited=leave_edited)
    telling.take_back(of, undo, as_json)


@members.command()
def duplicates(
    threshold: Annotated[
        int, typer.Option(min=0, max=100, help="From which score on a pair is told.")
    ] = 80,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON array.")] = False,
) -> None:
    """Look through the roll for members who are in it twice (名寄せ)."""
    _begin()
    from .duplicates.telling import found_now

    found = found_now(threshold)
    if as_json:
        print(json.dumps(found, ensure_ascii=False))
        return
    for pair in found:
        print(f"{pair['score']:>3}  {' '.join(pair['members'])}  {'、'.join(pair['reasons'])}")


@members.command()
def export(
    file: Target,
    columns: Annotated[str, typer.Option(help="Field keys with commas between.")] = "",
    as_of: Annotated[str, typer.Option(help="Only who was on the roll on this day.")] = "",
    format_: Format = "",
    encoding: Encoding = "utf-8",
    search: Annotated[str, typer.Option(help="Only who is found by these words.")] = "",
    reason: Annotated[str, typer.Option(help="What it is for; the history keeps it.")] = "",
    as_json: Json = False,
) -> None:
    """Export the roll to a CSV or XLSX file, which an import reads back unchanged."""
    _begin()
    from enishi.core import japanese

    from .exporting import actions

    def prepare() -> Any:
        return actions.prepare(
            columns=[name.strip() for name in columns.split(",") if name.strip()],
            filters={"search": search} if search else {},
            as_of=japanese.date(as_of),
            format=telling.format_of(file, format_),
            encoding=encoding,
            reason=reason,
            name=file.stem,
            by=None,
        )

    telling.write_out(file, prepare, actions, rows="members", as_json=as_json)


@fields.command("new-key")
def new_key(
    print_: Annotated[bool, typer.Option("--print", help="Only print one, keep nothing.")] = False,
) -> None:
    """Make a new key for sensitive fields; what is written from now on is sealed with it."""
    _begin()
    from django.conf import settings

    from enishi.core import sealing

    if print_ or settings.FIELD_KEYS:
        print(sealing.new_key())
        if settings.FIELD_KEYS:
            print(
                "Write it first in ENISHI_FIELD_KEYS, before the others, and start anew.",
                file=sys.stderr,
            )
        return
    sealing.add_key()
    print(f"{sealing.file_of_keys()}: a new key comes first. Now run `enishi fields reseal`.")


@fields.command("reseal")
def reseal() -> None:
    """Go over to the newest key, as a job: afterwards old keys are needed for undoing only."""
    _begin()
    from .fields.jobs import seal_fields

    print(f"Job {seal_fields.enqueue().pk} goes over all members.")
