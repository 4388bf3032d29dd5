"""Reading the JSON of a rule: where we are, what may stand here, how much of it there may be."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, NoReturn

from django.utils.translation import gettext as _

from enishi.accounts.models import User

from .faults import Faulty, RuleFault
from .subjects import Subject

DEEPEST = 40  # groups within groups
MOST_NODES = 2_000
MOST_VALUES = 20_000  # all lists of a rule together
LONGEST_TEXT = 1_000
MOST_FAULTS = 20

_BROKEN = re.compile("[\x00\ud800-\udfff]")


@dataclass
class Room:
    """How much of a rule has been read, and what was wrong with it."""

    nodes: int = 0
    values: int = 0
    faults: list[RuleFault] = field(default_factory=list)


@dataclass(frozen=True)
class Reader:
    """Handed to whatever reads a part of a rule: fields, the asking user, the path so far."""

    fields: Mapping[str, Subject]
    by: User | None = None
    as_of: date | None = None
    of_rows: bool = False  # conditions on the rows of ``has``, not on members
    path: str = ""
    depth: int = 0
    room: Room = field(default_factory=Room)

    def at(self, step: str | int) -> "Reader":
        """The reader one step further down."""
        if isinstance(step, int):
            return replace(self, path=f"{self.path}[{step}]")
        return replace(self, path=f"{self.path}.{step}" if self.path else step)

    def deeper(self) -> "Reader":
        """The reader within one more group. Raises Faulty where that is too deep."""
        if self.depth >= DEEPEST:
            self.fault(_("This is nested too deeply: at most %(most)s levels.") % {"most": DEEPEST})
        return replace(self, depth=self.depth + 1)

    def over(self, fields: Mapping[str, Subject]) -> "Reader":
        """The reader of conditions on rows that have these fields."""
        return replace(self, fields=fields, of_rows=True)

    def fault(self, reason: str) -> NoReturn:
        """Refuse what stands here."""
        raise self.wrong(reason)

    def no_field(self, key: Any) -> NoReturn:
        """Refuse a name that is no field one can ask about, and say why."""
        named = key[:60] if isinstance(key, str) else ""
        encrypted: Callable[[], Mapping[str, str]] = getattr(self.fields, "encrypted", dict)
        if label := encrypted().get(named):
            reason = _("The field “%(label)s” is encrypted and cannot be used in conditions.")
            self.at("field").fault(reason % {"label": label})
        put_aside: Callable[[str], str] = getattr(self.fields, "put_aside", lambda _key: "")
        if label := put_aside(named):
            reason = _(
                "The field “%(label)s” is not used any more. Bring it back in the settings, or"
                " take this condition away."
            )
            self.at("field").fault(reason % {"label": label})
        reason = _("There is no field “%(key)s”.") % {"key": named}
        raise Faulty(RuleFault(self.at("field").path, reason, unknown=named or "?"))

    def wrong(self, reason: str) -> Faulty:
        """The same, to be raised."""
        return Faulty(RuleFault(self.path, reason))

    def only(self, tree: Mapping[str, Any], *known: str) -> None:
        """Refuse what does not belong into an object."""
        for name in tree:
            if name not in known:
                reason = _("This is not known here. Known are: %(names)s.")
                self.at(str(name)[:50]).fault(reason % {"names": ", ".join(known)})

    def count_node(self) -> None:
        """Refuse a rule that has too many conditions."""
        self.room.nodes += 1
        if self.room.nodes > MOST_NODES:
            reason = _("This rule has too many conditions: at most %(most)s.")
            self.fault(reason % {"most": MOST_NODES})

    def items(self, raw: Any) -> Iterator[tuple["Reader", Any]]:
        """The values of a list (a single value is a list of one), each with its reader."""
        values = raw if isinstance(raw, list | tuple) else [raw]
        self.room.values += len(values)
        if self.room.values > MOST_VALUES:
            reason = _("This rule has too many values: at most %(most)s.")
            self.fault(reason % {"most": MOST_VALUES})
        for index, value in enumerate(values):
            yield self.at(index) if values is raw else self, value

    def text(self, raw: Any, *, longest: int = LONGEST_TEXT) -> str:
        """A text of bearable length without broken characters."""
        if not isinstance(raw, str):
            self.fault(_("Write a text."))
        if len(raw) > longest:
            reason = _("This is too long: at most %(longest)s characters, here are %(length)s.")
            self.fault(reason % {"longest": longest, "length": len(raw)})
        if _BROKEN.search(raw):
            self.fault(_("There is a broken character here. Type the text again."))
        return raw
