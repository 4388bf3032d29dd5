"""The pages of docs/reference that are made from the code: ``make reference`` writes them."""

import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import fields
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.conf import settings

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"
MADE = "<!-- Made from the code by `make reference`; write in the code, not here. -->"


def rights() -> str:
    """Areas, their rights, the scopes behind them, and the ready-made roles."""
    from django.utils.translation import override

    from enishi.accounts.api import WORDS
    from enishi.accounts.permissions import AREAS, ready_rights

    lines = [
        "# Rights",
        "",
        MADE,
        "",
        "A right is one action in one area. A role is a set of rights; staff have roles. A token",
        "of the API holds scopes, and never does more than whoever made it. The role",
        "*administrator* has every right, also those that an upgrade adds. Rights over one’s own",
        "members only do not exist yet.",
        "",
        "| right | 権限の範囲 | scope of a token | office | read only |",
        "|---|---|---|---|---|",
    ]
    office, looking = ready_rights("office"), ready_rights("read_only")
    for area in sorted(AREAS.values(), key=lambda area: area.key):
        with override("ja"):
            japanese = str(area.label)
        for action in area.actions:
            right = f"{area.key}.{action}"
            scope = "" if area.key == "office" else f"`{area.key}:{WORDS[action]}`"
            marks = ["yes" if right in role else "" for role in (office, looking)]
            lines.append(f"| `{right}` | {japanese} | {scope} | {' | '.join(marks)} |")
    return _text([*lines, *_field_rights()])


def _field_rights() -> list[str]:
    """The groups of built-in fields that a role may not see or not change."""
    from django.utils.translation import override

    from enishi.members.fields.groups import GROUPS

    with override("ja"):
        rows = [
            f"| `{k}` | {label} | `{'`, `'.join(keys)}` |" for k, (label, keys) in GROUPS.items()
        ]
    return [
        "",
        "## Fields of members",
        "",
        "Each role may edit, only see, or not see each of these groups of built-in fields, and",
        "each own field: on the page of the role, or by `PUT /api/v1/field-rights/{group}`. A",
        "hidden field is on no surface: lists, search, sorting, filters, rules, counts, exports,",
        "imports, the karte, the timeline, history, reasons of duplicates, labels, merge fields,",
        "messages, errors. A computed field that needs a hidden one is hidden with it. Members are",
        "found only by what whoever searches may see. Who has several roles sees what one shows.",
        "",
        "Fields of the classes *sensitive* and *specific* need the rights `sensitive.view` and",
        "`my_number.view` besides (`.edit` to change them). Their values are encrypted",
        "(AES-256-GCM), bound to member and field, by keys outside of the database",
        "(`ENISHI_FIELD_KEYS`). Nothing can be asked about them. Lists leave them out; those of",
        "one member are answered by the API and shown on the karte on demand, and each look is",
        "announced (`SensitiveSeen`).",
        "",
        "| group | 項目 | fields |",
        "|---|---|---|",
        *rows,
    ]


def facts() -> str:
    """Every fact, what it means and what it tells."""
    lines = [
        "# Facts",
        "",
        MADE,
        "",
        "What happened, announced by an action inside its transaction. Others react with",
        "`@reacts_to`; the history hears them all. Besides the fields named here each has `about`",
        "(what it happened to) and `by` (who did it, or nobody).",
    ]
    for app, kinds in facts_by_app().items():
        lines += ["", f"## {app}", "", "| fact | what happened | tells |", "|---|---|---|"]
        for kind in kinds:
            words = " ".join((kind.__doc__ or "").split())
            told = [f"`{f.name}`" for f in fields(kind) if f.name not in {"about", "by"}]
            lines.append(f"| `{kind.__name__}` | {words} | {', '.join(told)} |")
    return _text(lines)


def facts_by_app() -> dict[str, list[type[Any]]]:
    from enishi.core.facts import Fact

    for app in settings.ENISHI_APPS:
        if find_spec(f"{app}.facts"):
            import_module(f"{app}.facts")

    def every(kind: type[Any]) -> Iterator[type[Any]]:
        for below in kind.__subclasses__():
            yield below
            yield from every(below)

    found: dict[str, list[type[Any]]] = {}
    for kind in every(Fact):
        root, app, *rest = kind.__module__.split(".")
        if root == "enishi" and "tests" not in rest and kind not in found.get(app, []):
            found.setdefault(app, []).append(kind)
    return {app: found[app] for app in sorted(found)}


def command_line() -> str:
    """Every command with its arguments and options."""
    lines = [
        "# Command line",
        "",
        MADE,
        "",
        "`enishi` lies in `.venv/bin`. It works whether or not `enishi up` is running, and starts",
        "the embedded database when it needs it. A wrong value ends a command with a sentence and",
        "exit code 2, work that failed with 1.",
    ]
    for name, command in commands():
        options = [p for p in command.params if p.name != "help" and not getattr(p, "hidden", 0)]
        words = [f"enishi {name}"]
        words += [_argument(p) for p in options if p.param_type_name == "argument"]
        lines += ["", f"## {' '.join(words)}", "", " ".join((command.help or "").split())]
        table = [_option(p) for p in options if p.param_type_name == "option"]
        if table:
            lines += ["", "| option | what it does |", "|---|---|", *table]
    return _text(lines)


def _argument(argument: Any) -> str:
    name = (argument.name or "").upper()
    return name if argument.required else f"[{name}]"


def _option(option: Any) -> str:
    names = ", ".join(f"`{name}`" for name in [*option.opts, *option.secondary_opts])
    needed = " Required." if option.required else ""
    return f"| {names} | {' '.join((option.help or '').split())}{needed} |"


def commands() -> list[tuple[str, Any]]:
    """Every command of ``enishi`` with its whole name."""
    import typer

    from enishi.project import cli

    if not any(group.typer_instance for group in cli.app.registered_groups):
        cli._plug_in()

    def below(command: Any, name: str) -> Iterator[tuple[str, Any]]:
        inside = getattr(command, "commands", None)
        if inside is None:
            yield name, command
        else:
            for word in sorted(inside):
                yield from below(inside[word], f"{name} {word}".strip())

    return list(below(typer.main.get_command(cli.app), ""))


def data_model() -> str:
    """Every table of ours and its columns."""
    from django.apps import apps

    lines = [
        "# Data model",
        "",
        MADE,
        "",
        "The tables that Enishi owns, app by app from low to high. Why they look so:",
        "[architecture](architecture.md). Times are UTC. Text is never NULL.",
    ]
    for config in apps.get_app_configs():
        models = [model for model in config.get_models() if config.name.startswith("enishi.")]
        if not models:
            continue
        lines += ["", f"## {config.name.removeprefix('enishi.')}"]
        for model in models:
            words = " ".join((model.__doc__ or "").split())
            words = "" if words.startswith(f"{model.__name__}(") else f" {words}"
            lines += ["", f"**{model.__name__}** (`{model._meta.db_table}`).{words}", ""]
            lines += [", ".join(_column(field) for field in model._meta.local_fields) + "."]
            crossed = [field.name for field in model._meta.local_many_to_many]
            if crossed:
                lines += ["", f"Many to many: {', '.join(f'`{name}`' for name in crossed)}."]
    return _text(lines)


def _column(field: Any) -> str:
    if field.is_relation:
        return f"`{field.name}` → {field.related_model.__name__}"
    return f"`{field.name}`"


def _text(lines: list[str]) -> str:
    return "\n".join(lines) + "\n"


PAGES: dict[str, Callable[[], str]] = {
    "rights.md": rights,
    "facts.md": facts,
    "command-line.md": command_line,
    "data-model.md": data_model,
}


def main() -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "enishi.project.settings")
    django.setup()
    REFERENCE.mkdir(exist_ok=True)
    for name, make in PAGES.items():
        text = make()
        path = REFERENCE / name
        if not path.exists() or path.read_text() != text:
            path.write_text(text)
            print(f"wrote docs/reference/{name}")


if __name__ == "__main__":
    sys.exit(main())
