"""Kinds of activity that apps register, and how they get their numbers.

    kind("event.attended", _("Attended an event"), "calendar", props={"event": "integer"})

in an app's plugs.py; after ``migrate`` every process knows it. Kinds that other programs declare
(``actions.declare``) lie in the same table.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from django.db import transaction
from django.utils import translation
from django.utils.functional import Promise

from .models import Kind
from .props import CLEAN

KEY = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)*")
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,59}")


@dataclass(frozen=True)
class Registered:
    """A kind as an app declares it. ``props``: name → type of ``activity.props``."""

    key: str
    label: str | Promise
    icon: str = "activity"
    props: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, str | Promise] = field(default_factory=dict)  # of the props, for people


REGISTERED: dict[str, Registered] = {}
Names = Callable[[], Mapping[int, str]]
CALLED: dict[str, tuple[Names, str]] = {}


def called(name: str, names: Names, *, right: str) -> None:
    """What the numbers in the property ``name`` of registered kinds are called: those with
    ``right`` choose by it, and read it in sentences. Called from an app's plugs.py."""
    CALLED[name] = names, right


def kind(
    key: str,
    label: str | Promise,
    icon: str = "activity",
    props: Mapping[str, str] | None = None,
    labels: Mapping[str, str | Promise] | None = None,
) -> str:
    """Register a kind; returns its key. Called from an app's plugs.py."""
    strange = [name for name, of in (props or {}).items() if of not in CLEAN]
    if strange or not KEY.fullmatch(key):
        raise ValueError(f"{key}: not a key, or properties of no known type: {strange}")
    REGISTERED[key] = Registered(key, label, icon, dict(props or {}), dict(labels or {}))
    return key


@transaction.atomic
def put_registered() -> None:
    """Give every registered kind its row; ids of those that are there stay."""
    there = {one.key: one for one in Kind.objects.all()}
    with translation.override("en"):
        for known in REGISTERED.values():
            meant = {
                "label": str(known.label)[:100],
                "icon": known.icon,
                "props": dict(known.props),
                "own": False,
            }
            row = there.get(known.key)
            if row is None:
                Kind.objects.get_or_create(key=known.key, defaults=meant)
            elif any(getattr(row, name) != value for name, value in meant.items()):
                Kind.objects.filter(pk=row.pk).update(**meant)


def every_kind() -> dict[str, Kind]:
    """All kinds by key, as they are now."""
    return {one.key: one for one in Kind.objects.all()}
