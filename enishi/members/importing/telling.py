"""What commands say of an import: the same lines, and the same JSON, for every list."""

import json
from typing import Any, NoReturn

import typer

COUNTS = ("rows", "new", "changed", "same", "wrong", "ignored")


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
