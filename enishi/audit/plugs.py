"""What history plugs into the other apps: an ear for every fact, and its place in the menu."""

from django.utils.translation import gettext_lazy as _

from enishi.core.facts import Fact, reacts_to
from enishi.ui.registry import nav_item

from .recording import record


@reacts_to(Fact)
def keep_in_history(fact: Fact) -> None:
    if fact.in_history:
        record(fact)


nav_item(_("History"), "audit:history", "history", "history.view", order=800)
