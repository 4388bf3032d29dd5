"""What happened to the organisation's own fields."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from enishi.core.facts import Fact


@dataclass(frozen=True, kw_only=True)
class FieldsOrdered(Fact):
    """The own fields of members ('') or of a custom database were put in order, or in sections."""

    history = _("%(by)s put the own fields in order")

    table: str
