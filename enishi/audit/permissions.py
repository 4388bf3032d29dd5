"""Who may read history, and what of an entry a reader may not see."""

from collections.abc import Callable, Container, Iterable
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from enishi.accounts.permissions import area

if TYPE_CHECKING:
    from .models import HistoryEntry

HISTORY = area("history", _("History"), actions=("view",), read_only=())


Hide = Callable[[Any, "HistoryEntry"], Container[str] | None]
_hide: list[Hide] = []


def hides(find: Hide) -> Hide:
    """Register a function (user, entry) → names of changes that the user may not see.

    None: nothing of the entry but that something happened. Entries are never changed; what is
    hidden is left out when they are shown.
    """
    _hide.append(find)
    return find


def for_reader(entries: "Iterable[HistoryEntry]", user: Any) -> "list[HistoryEntry]":
    """The entries as ``user`` may read them. Every surface that shows history calls this."""
    shown = list(entries)
    for entry in shown:
        for find in _hide:
            names = find(user, entry)
            if names is None:
                entry.about_label, entry.values, entry.fields = "", {}, []
            elif changes := entry.values.get("changes"):
                kept = {name: pair for name, pair in changes.items() if name not in names}
                entry.values = {**entry.values, "changes": kept}
                entry.fields = [name for name in entry.fields if name not in names]
    return shown
