"""What history plugs into the other apps: an ear for every fact, and its place in the menu."""

from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from enishi.core.facts import Fact, reacts_to
from enishi.ui import clashes
from enishi.ui.registry import nav_item

from .models import HistoryEntry
from .recording import record


@reacts_to(Fact)
def keep_in_history(fact: Fact) -> None:
    if fact.in_history:
        record(fact)


@clashes.tells_who
def who_changed_it(thing: Model) -> str:
    last = HistoryEntry.objects.about(thing).first()
    return last.by_label if last is not None else ""


nav_item(_("History"), "audit:history", "history", "history.view", order=800)
