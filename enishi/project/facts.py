"""What people did to background work."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from enishi.core.facts import Fact


@dataclass(frozen=True, kw_only=True)
class WorkCancelled(Fact):
    """Somebody cancelled background work."""

    history = _("%(by)s cancelled “%(about)s”")


@dataclass(frozen=True, kw_only=True)
class WorkRepeated(Fact):
    """Somebody started failed or cancelled background work again."""

    history = _("%(by)s started “%(about)s” again")
