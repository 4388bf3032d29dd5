"""The filters of the list: what may be asked, how an answer is read, and the sentence it makes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from django.db.models import Q
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from enishi.core import japanese
from enishi.core.params import Params
from enishi.members.fields import Definition, Wrong, sentence
from enishi.ui.written import listed

YES, NO, NOBODY = "yes", "no", "none"
Label = str | Promise
Options = Sequence[tuple[str, Label]]


class Kinds(StrEnum):
    """How a filter is entered."""

    CHOICES = "choices"  # several of a list; ``param`` repeated, or values parted by commas
    DATES = "dates"  # ``param_from``, ``param_to``, both included
    NUMBERS = "numbers"  # ``param_from``, ``param_to``, both included
    DATE = "date"
    YES_NO = "yes_no"
    TEXT = "text"  # ``param`` holds a part, ``param_is`` the whole, ``param_empty`` yes or no


@dataclass(frozen=True)
class Said:
    """One filter in words: 会員種別 が 正会員. ``params`` are those to drop to take it off."""

    key: str
    label: Label
    relation: str
    value: str
    params: tuple[str, ...]


@dataclass(frozen=True)
class Condition:
    """One filter that can be asked for. ``options`` are asked when they are needed."""

    key: str
    label: Label
    kind: Kinds
    group: str
    find: Callable[[Any], Q]
    options: Callable[[], Options] = field(default=lambda: ())
    definition: Definition | None = None

    @property
    def params(self) -> tuple[str, ...]:
        match self.kind:
            case Kinds.DATES | Kinds.NUMBERS:
                return (f"{self.key}_from", f"{self.key}_to")
            case Kinds.TEXT:
                return (self.key, f"{self.key}_is", f"{self.key}_empty")
        return (self.key,)

    def read(self, params: Params) -> tuple[Any, Said] | None:
        """The value asked for and its sentence; None if it is not asked. Raises Wrong."""
        match self.kind:
            case Kinds.CHOICES:
                return self._choices(params)
            case Kinds.DATES:
                return self._range(params, day)
            case Kinds.NUMBERS:
                return self._range(params, _whole)
            case Kinds.DATE:
                if text := one(params, self.key):
                    found = day(text)
                    return found, self._said(pgettext("filter", "is"), shown(found))
            case Kinds.YES_NO:
                if text := one(params, self.key):
                    yes = _yes(text)
                    return yes, self._said(pgettext("filter", "is"), _("Yes") if yes else _("No"))
            case Kinds.TEXT:
                return self._text(params)
        return None

    def _choices(self, params: Params) -> tuple[Any, Said] | None:
        asked = [w for v in params.getlist(self.key) for w in v.split(",") if w.strip()]
        if not asked:
            return None
        options = dict(self.options())
        by_label = {japanese.fold(str(label)).lower(): key for key, label in options.items()}
        found = []
        for word in asked:
            key = word if word in options else by_label.get(japanese.fold(word).lower())
            if key is None:
                raise Wrong(
                    _("“%(value)s” is none of: %(choices)s.")
                    % {
                        "value": word[:50],
                        "choices": listed(str(label) for label in [*options.values()][:20]),
                    }
                )
            found.append(key)
        values = listed(str(options[key]) for key in dict.fromkeys(found))
        return found, self._said(pgettext("filter", "is"), values)

    def _range(self, params: Params, read: Callable[[str], Any]) -> tuple[Any, Said] | None:
        start, end = one(params, f"{self.key}_from"), one(params, f"{self.key}_to")
        if not start and not end:
            return None
        low, high = (read(text) if text else None for text in (start, end))
        value = " – ".join("" if bound is None else shown(bound) for bound in (low, high))
        return (low, high), self._said(pgettext("filter", "is in"), value.strip())

    def _text(self, params: Params) -> tuple[Any, Said] | None:
        if text := one(params, f"{self.key}_empty"):
            empty = _yes(text)
            said = pgettext("filter", "is empty") if empty else pgettext("filter", "is filled in")
            return ("empty", empty), self._said(said, "")
        if text := one(params, f"{self.key}_is"):
            return ("is", text), self._said(pgettext("filter", "is"), text)
        if text := one(params, self.key):
            return ("holds", text), self._said(pgettext("filter", "contains"), text)
        return None

    def _said(self, relation: str, value: str) -> Said:
        return Said(self.key, self.label, relation, value, self.params)


def one(params: Params, name: str) -> str:
    """The last value of a name, trimmed; '' if there is none."""
    values = params.getlist(name)
    return values[-1].strip()[:200].replace("\x00", "") if values else ""


def day(text: str) -> date:
    """A date in any usual writing. Raises Wrong."""
    try:
        found = japanese.date(text)
    except japanese.Unclear as unclear:
        raise Wrong(sentence(unclear)) from unclear
    if found is None:
        raise Wrong(_("Write a date, like 2026/4/1."))
    return found


def shown(value: Any) -> str:
    return date_format(value) if isinstance(value, date) else str(value)


def _whole(text: str) -> int:
    try:
        found = japanese.money(text)
    except japanese.Unclear as unclear:
        raise Wrong(_("Write a whole number.")) from unclear
    if found is None or abs(found) > 10**15:
        raise Wrong(_("Write a whole number."))
    return found


def _yes(text: str) -> bool:
    if text not in (YES, NO, "true", "false", "1", "0"):
        raise Wrong(_("Write yes or no."))
    return text in (YES, "true", "1")
