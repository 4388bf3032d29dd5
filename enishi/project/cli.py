"""The command ``enishi``."""

import os
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

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

    from .processes import share_one_heap

    share_one_heap()
    django.setup()


_SEE_TO_IT_THEMSELVES = {"up", "demo", "migrate", "manage", "restore", "bench"}


@app.callback()
def ready(context: typer.Context) -> None:
    """Before a command that works on data: a new data folder gets its tables."""
    if context.invoked_subcommand in _SEE_TO_IT_THEMSELVES or "--help" in sys.argv:
        return
    setup()
    from .database import is_current, prepare
    from .environment import read

    if is_current():
        return
    if "EMBEDDED" not in read().database:
        sys.exit("The database is not up to date. Run: enishi migrate")
    print("Bringing the database up to date …", file=sys.stderr, flush=True)
    prepare()


Port = Annotated[int | None, typer.Option(min=1, max=65535, help="Instead of PORT (8000).")]
Host = Annotated[str, typer.Option(help="Address to listen on; 0.0.0.0 for every network.")]


@app.command()
def up(port: Port = None, host: Host = "127.0.0.1") -> None:
    """Run Enishi: database, web server, job workers. Brings the database up to date first."""
    if port:
        os.environ["PORT"] = str(port)
    _up(host)


def _up(host: str, sign_ins: str = "") -> None:
    from .environment import read
    from .supervisor import Supervisor

    environment = read()
    print("Starting Enishi …", file=sys.stderr, flush=True)

    def tell() -> None:
        print(f"\n{sign_ins}Enishi is ready: {environment.base_url}/office/", flush=True)
        print("Stop it with Ctrl-C.", flush=True)

    Supervisor(environment, host).run(tell)


@app.command()
def demo(port: Port = None, host: Host = "127.0.0.1") -> None:
    """Run Enishi with a made-up organisation of about 2,000 members."""
    os.environ["ENISHI_DEMO"] = "1"  # the web processes inherit it
    if port:
        os.environ["PORT"] = str(port)
    setup()
    from django.db import connection

    from .database import is_current, prepare

    if not is_current():
        print("Making the database …", file=sys.stderr, flush=True)
        prepare()
    sign_ins = _filled()
    connection.close()
    _up(host, sign_ins)


def _filled() -> str:
    """Let every app with a ``demo`` module fill its part, the lowest first; the sign-ins to print.

    Each ``fill()`` makes its part once and tells '' or the sign-ins. The roll comes first: where it
    has none to tell, somebody works here already, and nothing is added.
    """
    from importlib import import_module

    from django.conf import settings

    sign_ins = ""
    for name in settings.ENISHI_APPS:
        if find_spec(f"{name}.demo") and (sign_ins or name == "enishi.members"):
            sign_ins += str(import_module(f"{name}.demo").fill() or "")
    return sign_ins


@app.command()
def bench(
    name: Annotated[
        str | None, typer.Argument(help="What to measure; everything if left out.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON only.")] = False,
) -> None:
    """Measure the speed of this installation against its budgets."""
    setup()
    from . import bench as benches

    known = benches.names()
    if name and name not in known:
        raise typer.BadParameter(f"There is no bench {name!r}; there are {', '.join(known)}.")
    result = benches.run([name] if name else known)
    if not json:
        print(benches.table(result))
        print()
    print(benches.as_json(result))


@app.command()
def backup(file: Path) -> None:
    """Write everything (database and files) into one verified FILE. Safe while running."""
    setup()
    from . import backup as backups

    try:
        manifest = backups.backup(file)
    except backups.BadBackup as reason:
        sys.exit(str(reason))
    print(f"{file}: the database and {len(manifest['sha256']) - 1} files, verified.")


@app.command()
def restore(file: Path) -> None:
    """Replace everything by the contents of the backup FILE, all of it or nothing."""
    setup()
    from . import backup as backups
    from .environment import read
    from .supervisor import only_one

    try:
        with only_one(read().data / "up.lock"):
            manifest = backups.restore(file)
    except backups.BadBackup as reason:
        sys.exit(str(reason))
    print(f"Restored the state of {manifest['made_at']}.")


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
    from .postgres.unprivileged import NoUser

    _plug_in()
    try:
        app()
    except (WrongEnvironment, ImproperlyConfigured, DoesNotStart, NoUser) as wrong:
        print(wrong, file=sys.stderr)
        sys.exit(2)
    except Exception as error:
        if type(error).__name__ != "OperationalError":  # Django may not be loaded yet
            raise
        reason = str(error).strip().splitlines()[0]
        print(f"The database does not answer ({reason}). Check DATABASE_URL.", file=sys.stderr)
        sys.exit(2)


def _plug_in() -> None:
    """Add the commands of each app that has a ``cli.py`` with a typer app named ``app``."""
    from importlib import import_module

    for name in ("accounts", "audit", "members", "records", "segments", "insights"):
        if find_spec(f"enishi.{name}") and find_spec(f"enishi.{name}.cli"):
            module = import_module(f"enishi.{name}.cli")
            app.add_typer(module.app)
