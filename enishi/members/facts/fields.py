"""What happened to fields: the organisation's own, and who may see which."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from enishi.core.facts import Fact


@dataclass(frozen=True, kw_only=True)
class FieldsOrdered(Fact):
    """The own fields of members ('') or of a custom database were put in order, or in sections."""

    history = _("%(by)s put the own fields in order")

    table: str


@dataclass(frozen=True, kw_only=True)
class FieldRightsChanged(Fact):
    """Other roles see or edit a group of built-in fields now."""

    history = _("%(by)s changed who sees and edits “%(about)s”")

    changes: dict[str, tuple[Any, Any]]


@dataclass(frozen=True, kw_only=True)
class SensitiveSeen(Fact):
    """Somebody saw values of sensitive fields; which (``seen``: labels), never what they say."""

    history = _("%(by)s looked at sensitive fields of %(about)s: %(seen)s")

    seen: list[str]
