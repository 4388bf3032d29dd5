"""Commands that import and export: the same options, lines and JSON for every list."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

COUNTS = ("rows", "new", "changed", "same", "wrong", "ignored")

FileArgument = Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True)]
Target = Annotated[Path, typer.Argument(dir_okay=False, help="Where to write.")]
DryRun = Annotated[bool, typer.Option(help="Tell what would happen, change nothing.")]
OnError = Annotated[str, typer.Option(help="skip wrong rows, or stop.")]
Columns = Annotated[
    list[str] | None, typer.Option("--map", help="HEADING=field, to correct the proposed mapping.")
]
Number = Annotated[int, typer.Argument(help="The import's number.")]
LeaveEdited = Annotated[bool, typer.Option(help="Undo what was not edited since, leave the rest.")]
Format = Annotated[str, typer.Option("--format", help="csv or xlsx.")]
Encoding = Annotated[str, typer.Option(help="utf-8 or cp932.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


def take_in(
    file: Path,
    receive: Callable[..., Any],
    actions: Any,
    *,
    columns: list[str] | None,
    create_fields: bool,
    on_error: str,
    dry_run: bool,
    as_json: bool,
    **how: Any,
) -> None:
    """A whole import: ``receive(file, name)``, the mapping, then the check or the writing by the
    ``actions`` of the list. ``how``: what its ``set_mapping`` takes besides."""
    from django.core.files import File

    from .actions import Quiet
    from .refusals import HasErrors, Unreadable, WrongMapping

    if on_error not in ("skip", "stop"):
        raise typer.BadParameter("Write --on-error skip or --on-error stop.")
    failed = ""
    try:
        with file.open("rb") as opened:
            of = receive(File(opened), file.name)
        mapping = corrected(of, columns or [])
        if not create_fields:
            mapping |= {i: "ignore" for i, t in of.mapping.items() if t.startswith("new.")}
        of = actions.set_mapping(of, mapping=mapping, skip_errors=on_error == "skip", **how)
        run = actions.run_check if dry_run else actions.run_commit
        run(of, Quiet())
    except Unreadable as wrong:
        fail(str(wrong), as_json, code=2 if isinstance(wrong, WrongMapping) else 1)
    except HasErrors as wrong:
        failed = wrong.reason
    of.refresh_from_db()
    tell(of, failed, as_json)


def take_back(of: Any, undo: Callable[[], dict[str, int]], as_json: bool) -> None:
    """Undo an import and tell how many rows that were."""
    from enishi.core.refusals import Refusal

    try:
        counts = undo()
    except Refusal as refused:
        fail(str(refused), as_json)
    if as_json:
        typer.echo(json.dumps({"import": of.pk, **counts}))
    else:
        typer.echo(f"import {of.pk} undone: " + ", ".join(f"{k} {v}" for k, v in counts.items()))


def write_out(
    file: Path, prepare: Callable[[], Any], actions: Any, *, rows: str, as_json: bool
) -> None:
    """``prepare`` an export, write it and tell; ``rows``: what its rows are called."""
    from django.db import transaction

    from enishi.core import japanese
    from enishi.core.refusals import Refusal

    from .actions import Quiet

    try:
        with transaction.atomic():
            made = prepare()
            actions.write_to(made, file, Quiet())
            made.save(update_fields=["rows", "lost_characters"])
            actions.told(made)
    except (japanese.Unclear, Refusal) as wrong:
        fail(wrong.reason, as_json, what="export", code=2)
    except OSError as error:
        fail(f"{file} cannot be written: {error.strerror}.", as_json, what="export")
    lost = made.lost_characters
    if as_json:
        told = {"export": made.pk, "rows": made.rows, "file": str(file), "lost_characters": lost}
        typer.echo(json.dumps(told, ensure_ascii=False))
        return
    typer.echo(f"{file}: {made.rows} {rows}")
    if lost:
        typer.echo(f"CP932 lacks, written as 〓: {'、'.join(lost)}", err=True)


def format_of(file: Path, wanted: str) -> str:
    """What was asked for, else what the file's name says."""
    return wanted or ("xlsx" if file.suffix.lower() == ".xlsx" else "csv")


def corrected(of: Any, columns: list[str]) -> dict[str, str]:
    """``HEADING=field`` as a mapping: index of the column → target."""
    mapping = {}
    for pair in columns:
        heading, _, target = pair.rpartition("=")
        if heading not in of.found["header"]:
            raise typer.BadParameter(f"There is no column “{heading}” in the file.")
        mapping[str(of.found["header"].index(heading))] = target
    return mapping


def tell(of: Any, failed: str, as_json: bool) -> None:
    """Counts and wrong cells; ``failed``: why nothing was imported, ''."""
    counts = {name: of.counts.get(name, 0) for name in COUNTS}
    problems = [
        {"line": p.line, "column": p.heading, "value": p.value, "reason": p.reason}
        for p in of.problems.select_related("of")
    ]
    left_out = [
        {"column": column["heading"], "values": column["values"]}
        for column in of.unnamed
        if not column["read"]
    ]
    if as_json:
        told = {"import": of.pk, **counts, "errors": problems, "unnamed": left_out}
        typer.echo(json.dumps(told, ensure_ascii=False))
    else:
        typer.echo(f"import {of.pk}: " + ", ".join(f"{name} {n}" for name, n in counts.items()))
        for p in problems:
            typer.echo(f"  {p['line']}: {p['column']}: {p['reason']}")
        for column in left_out:
            typer.echo(f"  left out: {column['column']}: {', '.join(column['values'])}")
    if failed:
        typer.echo(failed, err=True)
        raise typer.Exit(1)


def fail(sentence: str, as_json: bool, *, what: str = "import", code: int = 1) -> NoReturn:
    """End with a sentence: code 2 where a value was wrong, 1 where the work failed."""
    if as_json:
        typer.echo(json.dumps({what: None, "problem": sentence}, ensure_ascii=False))
    typer.echo(sentence, err=True)
    raise typer.Exit(code)
