"""What people did to background work."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from enishi.core.facts import Fact


@dataclass(frozen=True, kw_only=True)
class WorkCancelled(Fact):
    """Somebody cancelled background work."""

    def history_text(self) -> Any:
        """The sentence of the history."""
        return _("Cancelled background work")


@dataclass(frozen=True, kw_only=True)
class WorkRepeated(Fact):
    """Somebody started failed or cancelled background work again."""

    def history_text(self) -> Any:
        """The sentence of the history."""
        return _("Started background work again")
