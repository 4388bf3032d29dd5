"""Commands of the roll: ``enishi members import|undo|export``, ``enishi seed``."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer()
members = typer.Typer(name="members", help="Import and export the roll.", no_args_is_help=True)
app.add_typer(members)
fields = typer.Typer(name="fields", help="Keys of sensitive fields.", no_args_is_help=True)
app.add_typer(fields)

FileArgument = Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True)]


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
    dry_run: Annotated[bool, typer.Option(help="Tell what would happen, change nothing.")] = False,
    key: Annotated[str, typer.Option(help="number, email or name_birth.")] = "",
    on_error: Annotated[str, typer.Option(help="skip wrong rows, or stop.")] = "stop",
    create_types: Annotated[bool, typer.Option(help="Create unknown member types.")] = False,
    create_fields: Annotated[
        bool, typer.Option(help="Keep columns that fit no field as own fields.")
    ] = True,
    columns: Annotated[
        list[str] | None,
        typer.Option("--map", help="HEADING=field, to correct the proposed mapping."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Import a list (CSV in any usual encoding, or XLSX) into the roll."""
    _begin()
    from django.core.files import File

    from .importing import actions
    from .importing.refusals import HasErrors, Unreadable, WrongMapping
    from .importing.telling import corrected, fail, tell

    if on_error not in ("skip", "stop"):
        raise typer.BadParameter("Write --on-error skip or --on-error stop.")
    progress = actions.Quiet()
    try:
        with file.open("rb") as opened:
            of = actions.start(File(opened), file.name, by=None)
        mapping = corrected(of, columns or [])
        if not create_fields:
            mapping |= {i: "ignore" for i, t in of.mapping.items() if t.startswith("new.")}
        of = actions.set_mapping(
            of,
            mapping=mapping,
            key=key or None,
            skip_errors=on_error == "skip",
            create_types=create_types,
        )
        if dry_run:
            actions.run_check(of, progress)
        else:
            actions.run_commit(of, progress)
        failed = ""
    except Unreadable as wrong:
        fail(str(wrong), as_json, code=2 if isinstance(wrong, WrongMapping) else 1)
    except HasErrors as wrong:
        failed = wrong.reason
    of.refresh_from_db()
    tell(of, failed, as_json)


@members.command()
def undo(
    number: Annotated[int, typer.Argument(help="The import's number.")],
    leave_edited: Annotated[
        bool, typer.Option(help="Undo what was not edited since, leave the rest.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Take an import back."""
    _begin()
    from enishi.core.refusals import Refusal

    from .importing import actions, undoing
    from .importing.telling import fail
    from .models import Import

    of = Import.objects.filter(pk=number).first()
    if of is None:
        fail(f"There is no import {number}.", as_json, code=2)
    try:
        counts = undoing.run_undo(of, actions.Quiet(), leave_edited=leave_edited)
    except Refusal as refused:
        fail(refused.reason, as_json)
    print(
        json.dumps({"import": number, **counts})
        if as_json
        else f"import {number} undone: " + ", ".join(f"{k} {v}" for k, v in counts.items())
    )


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
    file: Annotated[Path, typer.Argument(dir_okay=False, help="Where to write.")],
    columns: Annotated[str, typer.Option(help="Field keys with commas between.")] = "",
    as_of: Annotated[str, typer.Option(help="Only who was on the roll on this day.")] = "",
    format_: Annotated[str, typer.Option("--format", help="csv or xlsx.")] = "",
    encoding: Annotated[str, typer.Option(help="utf-8 or cp932.")] = "utf-8",
    search: Annotated[str, typer.Option(help="Only who is found by these words.")] = "",
    reason: Annotated[str, typer.Option(help="What it is for; the history keeps it.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Export the roll to a CSV or XLSX file, which an import reads back unchanged."""
    _begin()
    from django.db import transaction

    from enishi.core import japanese
    from enishi.core.refusals import Refusal

    from .exporting import actions
    from .importing.actions import Quiet
    from .importing.telling import fail

    try:
        day = japanese.date(as_of)
        with transaction.atomic():
            made = actions.prepare(
                columns=[name.strip() for name in columns.split(",") if name.strip()],
                filters={"search": search} if search else {},
                as_of=day,
                format=format_ or ("xlsx" if file.suffix.lower() == ".xlsx" else "csv"),
                encoding=encoding,
                reason=reason,
                name=file.stem,
                by=None,
            )
            made.rows, made.lost_characters = actions.write_to(made, file, Quiet())
            made.save(update_fields=["rows", "lost_characters"])
            actions.told(made)
    except (japanese.Unclear, Refusal) as wrong:
        fail(wrong.reason, as_json, what="export", code=2)
    except OSError as error:
        fail(f"{file} cannot be written: {error.strerror}.", as_json, what="export")
    lost = made.lost_characters
    if as_json:
        told = {"export": made.pk, "rows": made.rows, "file": str(file), "lost_characters": lost}
        print(json.dumps(told, ensure_ascii=False))
    else:
        print(f"{file}: {made.rows} members")
        if lost:
            print(f"CP932 lacks, written as 〓: {'、'.join(lost)}", file=sys.stderr)


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
