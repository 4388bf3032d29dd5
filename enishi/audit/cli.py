"""``enishi audit verify``."""

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from .chain import Verdict

app = typer.Typer(add_completion=False)
audit = typer.Typer(no_args_is_help=True, help="The history and its chain.")
app.add_typer(audit, name="audit")


@audit.callback()
def _audit() -> None:
    """The history and its chain."""


@audit.command("verify")
def audit_verify(
    head: Annotated[
        str, typer.Option(help="A hash printed earlier: it must still be in the chain.")
    ] = "",
) -> None:
    """Check that no entry of history was changed, removed or put in. Ends with 1 if one was."""
    import django

    django.setup()
    from .chain import verify
    from .models import HistoryEntry

    verdict = verify()
    if verdict.problem:
        print(f"History has been tampered with. {_found(verdict)}")
        print(f"{verdict.count} entries before that hold; hash {verdict.head}")
        raise typer.Exit(1)
    if head and not HistoryEntry.objects.filter(hash=head).exists():
        print(f"History has been written anew: the hash {head} is no longer in the chain.")
        raise typer.Exit(1)
    waiting = f", {verdict.waiting} waiting to be sealed" if verdict.waiting else ""
    print(f"OK: {verdict.count} entries hold{waiting}; head {verdict.head}")


def _found(verdict: "Verdict") -> str:
    place = f"entry {verdict.entry} ({verdict.fact}"
    place += f", {verdict.at:%Y-%m-%d %H:%M:%S} UTC)" if verdict.at else ")"
    return {
        "changed": f"First broken: {place} was changed after it was sealed.",
        "missing": f"First broken: entries are missing directly before {place}.",
        "forged": f"First broken: {place} does not follow the entry before it.",
        "cut": f"The newest entries are missing: nothing is left after number {verdict.count}.",
        "head": "First broken: the chain does not end where it was last seen to end.",
        "unsealed": f"First broken: {place} is not in the chain. (If Enishi has just been started "
        "after a crash, wait ten minutes and verify again.)",
    }[verdict.problem]
