"""The command ``enishi``."""

import os
import sys
from importlib.util import find_spec

import typer

app = typer.Typer(
    name="enishi",
    help="Enishi: run the office, and work on its data from the command line.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def setup() -> None:
    """Load Django. Called by each command, not on import, so that ``--help`` stays quick."""
    import django

    django.setup()


@app.command()
def migrate() -> None:
    """Bring the database to the state that this version needs."""
    setup()
    from .database import prepare

    prepare(verbosity=1)


@app.command(
    context_settings={
        "allow_extra_args": True,
        "ignore_unknown_options": True,
        "help_option_names": [],
    }
)
def manage(context: typer.Context) -> None:
    """Run one of Django's own commands, such as ``shell`` or ``makemigrations``."""
    from django.core.management import execute_from_command_line

    execute_from_command_line(["enishi manage", *context.args])


def main() -> None:
    """Run the command line. A wrong environment ends it with one sentence."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "enishi.project.settings")
    from django.core.exceptions import ImproperlyConfigured

    from .environment import WrongEnvironment
    from .postgres.server import DoesNotStart

    _plug_in()
    try:
        app()
    except (WrongEnvironment, ImproperlyConfigured, DoesNotStart) as wrong:
        print(wrong, file=sys.stderr)
        sys.exit(2)


def _plug_in() -> None:
    """Add the commands of each app that has a ``cli.py`` with a typer app named ``app``."""
    from importlib import import_module

    for name in ("accounts", "audit", "members", "insights"):
        if find_spec(f"enishi.{name}") and find_spec(f"enishi.{name}.cli"):
            module = import_module(f"enishi.{name}.cli")
            app.add_typer(module.app)
