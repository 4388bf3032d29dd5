"""Commands of segments: ``enishi segments count FILE``."""

import json
import sys
import time
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer()
segments = typer.Typer(name="segments", help="Questions about members.", no_args_is_help=True)
app.add_typer(segments)


@segments.callback()
def _begin() -> None:
    """Questions about members."""


@segments.command()
def count(
    file: Annotated[Path, typer.Argument(help="A rule as JSON; “-” reads it from the input.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Count the members that the rule in FILE holds for."""
    import django

    django.setup()
    from enishi.members.conditions import RuleFaults, parse

    try:
        text = sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8-sig")
        tree = json.loads(text)
    except (OSError, ValueError, RecursionError) as error:
        _fail(f"{file}: {error}", as_json)
        return
    if isinstance(tree, dict) and set(tree) == {"rule"}:
        tree = tree["rule"]
    begun = time.perf_counter()
    try:
        found = parse(tree).count()
    except RuleFaults as faults:
        listed = [
            {"field": f"rule.{f.path}" if f.path else "rule", "message": f.reason}
            for f in faults.faults
        ]
        if as_json:
            print(json.dumps({"count": None, "errors": listed}, ensure_ascii=False))
        for fault in listed:
            print(f"{fault['field']}: {fault['message']}", file=sys.stderr)
        raise typer.Exit(1) from None
    ms = round((time.perf_counter() - begun) * 1000, 1)
    print(json.dumps({"count": found, "ms": ms}) if as_json else found)


def _fail(sentence: str, as_json: bool) -> None:
    if as_json:
        print(json.dumps({"count": None, "problem": sentence}, ensure_ascii=False))
    print(sentence, file=sys.stderr)
    raise typer.Exit(1)
