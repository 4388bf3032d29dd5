"""``did``: questions in rules about what members did.

    {"did": "mail.clicked",
     "where": [{"field": "campaign", "op": "eq", "value": 12}],   properties, "object", "at"
     "times": {"op": "gte", "value": 2},                          left out: at least once
     "within": {"last": 30, "unit": "day"},                       left out: ever
     "which": "last",            the first or the last such activity lies in the window; or any
     "machine": true}                                             also what machines did

``where`` says which activities count; "first" and "last" are the first and last of those.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Self

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from enishi.members.conditions import (
    DAY,
    INSTANT,
    ONCE,
    Counted,
    Leaf,
    Mentions,
    Moment,
    Reader,
    Span,
    Subject,
    Type,
    Where,
    Window,
    counted_words,
    every,
    leaf,
    read_count,
    read_rows,
    read_window,
    rows_of,
    spanned,
)

from .kinds import CALLED, REGISTERED, Names, every_kind
from .models import Kind

TABLE = "activity_activity a"
MEMBER = "a.member_id"
WHICH = ("any", "first", "last")
RIGHT = "activity.view"

AT = Subject("at", gettext_lazy("When"), Type.INSTANT, "a.at", nullable=False)
_OBJECT = Subject("object", gettext_lazy("Object"), Type.TEXT, "a.object", nullable=False)

# What is stored was checked by its kind's types, but a kind may be given a property after
# activities with any value under that name: what does not fit counts as empty.
_TYPES: dict[str, tuple[Type, str]] = {
    "text": (Type.TEXT, "(a.props ->> %s)"),
    "integer": (
        Type.NUMBER,
        "CASE jsonb_typeof(a.props -> %s) WHEN 'number' THEN (a.props ->> %s)::numeric END",
    ),
    "decimal": (
        Type.NUMBER,
        r"CASE WHEN (a.props ->> %s) ~ '^-?\d{1,40}(\.\d{1,40})?$'"
        " THEN (a.props ->> %s)::numeric END",
    ),
    "boolean": (
        Type.BOOLEAN,
        "CASE jsonb_typeof(a.props -> %s) WHEN 'boolean' THEN (a.props ->> %s)::boolean END",
    ),
    "date": (
        Type.DATE,
        r"CASE WHEN (a.props ->> %s) ~ '^\d{4}-\d\d-\d\d$' THEN a.props ->> %s END",
    ),
    "datetime": (
        Type.INSTANT,
        r"CASE WHEN (a.props ->> %s) ~ '^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$'"
        " THEN a.props ->> %s END",
    ),
    "choices": (
        Type.CHOICES,
        "CASE jsonb_typeof(a.props -> %s) WHEN 'array' THEN a.props -> %s END",
    ),
}


def subjects_of(kind: Kind, by: Any = None) -> dict[str, Subject]:
    """What ``where`` can ask about an activity of this kind, by name. ``by``: who asks."""
    known = REGISTERED.get(kind.key)
    labels = known.labels if known is not None and not kind.own else {}
    found = {"object": _OBJECT, "at": AT}
    for name, of in kind.props.items():
        if of not in _TYPES:
            continue
        type_, sql = _TYPES[of]
        found[name] = Subject(
            name,
            labels.get(name, name),
            type_,
            f"({sql})",
            (name,) * sql.count("%s"),
            written=type_ in (Type.DATE, Type.INSTANT),
            open=True,
            called=_called(name, by) if of == "integer" and not kind.own else None,
            filled=Where(f"({sql}) IS NOT NULL", (name,) * sql.count("%s"), total=True),
        )
    return found


def _called(name: str, by: Any) -> Names | None:
    names, right = CALLED.get(name, (None, ""))
    return names if by is None or by.has_right(right) else None


@leaf("did")
@dataclass(frozen=True)
class Did(Leaf):
    """What the member did, how often and when."""

    doing: Kind
    rows: Any = None  # a node over the subjects of the kind
    times: Counted | None = None
    within: Window | None = None
    which: str = "any"
    machine: bool = False

    follows_as_of = True

    @classmethod
    def parse(cls, tree: Mapping[str, Any], reader: Reader) -> Self:
        if reader.by is not None and not reader.by.has_right(RIGHT):
            reader.at("did").fault(_("You may not ask about what members did."))
        kinds = every_kind()
        key = tree["did"]
        doing = kinds.get(key) if isinstance(key, str) else None
        if doing is None:
            reason = _("There is no kind of activity “%(kind)s”. There are: %(kinds)s.")
            named = key[:60] if isinstance(key, str) else ""
            known = ", ".join(sorted(kinds)[:60])
            reader.at("did").fault(reason % {"kind": named, "kinds": known})
        reader.only(tree, "did", "where", "times", "within", "which", "machine")
        rows = times = within = None
        if tree.get("where"):
            rows = read_rows(tree["where"], reader.at("where"), subjects_of(doing, reader.by))
        if "times" in tree:
            times = _times(tree["times"], reader.at("times"))
        if "within" in tree:
            within = read_window(tree["within"], reader.at("within"))
        which = tree.get("which", "any")
        if which not in WHICH:
            reader.at("which").fault(_("Write one of: %(names)s.") % {"names": ", ".join(WHICH)})
        if which != "any" and within is None:
            reader.at("which").fault(_("Say with “within” when the first or the last one was."))
        if which != "any" and times is not None:
            reader.at("times").fault(_("There is only one first and one last: leave “times” out."))
        machine = tree.get("machine", False)
        if not isinstance(machine, bool):
            reader.at("machine").fault(_("Write true or false."))
        return cls(doing, rows, times, within, which, machine)

    def _such(self, at: Moment) -> list[Where]:
        """The activities that count, whenever they were."""
        parts = [
            Where("a.kind_id = %s", (self.doing.pk,), total=True),
            Where(
                "a.machine IN (false, true)" if self.machine else "NOT a.machine", (), total=True
            ),
        ]
        if self.rows is not None:
            parts.append(self.rows.where(at))
        if at.as_of is not None:
            parts.append(spanned(AT, Span(None, at.now, closed=True)))
        return parts

    def _span(self, at: Moment) -> Span | None:
        return self.within.span(at) if self.within is not None else None

    def where(self, at: Moment) -> Where:
        such, span = self._such(at), self._span(at)
        if span is None:
            return rows_of(TABLE, MEMBER, every(such), self.times, at=at)
        inside = every([*such, spanned(AT, span)])
        found = rows_of(TABLE, MEMBER, inside, self.times, at=at)
        beyond = _beyond(span, self.which)
        if beyond is None:
            return found
        return every([found, ~rows_of(TABLE, MEMBER, every([*such, spanned(AT, beyond)]))])

    def without(self, other: Leaf, at: Moment) -> Where | None:
        """Did it, but not in the window of the other: whoever stopped, found in one reading."""
        if at.few or not isinstance(other, Did) or other.within is None:
            return None
        if replace(other, within=None) != self or self.times is not None or other.which != "any":
            return None
        such = every(self._such(at))
        inside = spanned(AT, other.within.span(at))
        sql = (
            f"EXISTS (SELECT 1 FROM (SELECT {MEMBER} AS member FROM {TABLE} WHERE {such.sql}"  # noqa: S608
            f" GROUP BY {MEMBER} HAVING NOT bool_or({inside.sql}) {ONCE}) AS grouped"
            " WHERE grouped.member = m.id)"
        )
        return Where(sql, (*such.params, *inside.params), total=True)

    def because(self, at: Moment) -> dict[str, Where]:
        such, span = self._such(at), self._span(at)
        inside = every([*such, spanned(AT, span)] if span is not None else such)
        found = {
            "times": _asked("count(*)", inside),
            "first": _asked("min(a.at)", inside),
            "last": _asked("max(a.at)", inside),
        }
        if self.which == "any":
            return found
        picked = "min(a.at)" if self.which == "first" else "max(a.at)"
        return {"times": found["times"], self.which: _asked(picked, every(such))}

    def sentence(self) -> str:
        what = str(self.doing.title)
        if self.rows is not None:
            what = _("%(what)s (%(rule)s)") % {"what": what, "rule": self.rows.sentence()}
        if self.machine:
            what = _("%(what)s, machines included,") % {"what": what}
        if self.which == "first":
            words = pgettext("did", "the first “%(what)s” is within %(window)s")
            return words % {"what": what, "window": self.within}
        if self.which == "last":
            words = pgettext("did", "the last “%(what)s” is within %(window)s")
            return words % {"what": what, "window": self.within}
        times = self.times
        if times is None and self.within is None:
            return pgettext("did", "“%(what)s” at least once") % {"what": what}
        if times is None:
            words = pgettext("did", "“%(what)s” at least once within %(window)s")
            return words % {"what": what, "window": self.within}
        words = pgettext("did", "the number of “%(what)s”")
        if self.within is not None:
            words = pgettext("did", "the number of “%(what)s” within %(window)s")
        return counted_words(words % {"what": what, "window": self.within}, times)

    def mentions(self) -> Mentions:
        found = Mentions(kinds=frozenset({self.doing.key}))
        if self.rows is not None:
            # Names of properties are no fields of members.
            found |= replace(self.rows.mentions(), fields=frozenset())
        if self.within is not None and self.within.moving:
            by_clock = INSTANT if self.within.count is not None else DAY
            found |= Mentions(moves=frozenset({by_clock}))
        return found


def _beyond(span: Span, which: str) -> Span | None:
    """Where no activity may be, if the first (last) one is to lie within the span."""
    if which == "first" and span.start is not None:
        return Span(None, span.start)
    if which == "last" and span.end is not None:
        start = span.end + timedelta(microseconds=1) if span.closed else span.end
        return Span(start, None)
    return None


def _asked(what: str, where: Where) -> Where:
    sql = f"(SELECT {what} FROM {TABLE} WHERE {MEMBER} = m.id AND ({where.sql}))"  # noqa: S608
    return Where(sql, where.params)


def _times(raw: Any, reader: Reader) -> Counted:
    """``times`` says how it compares: a bare number could mean exactly or at least."""
    if not isinstance(raw, Mapping):
        reader.fault(_("Write how often, like {“op”: “gte”, “value”: 2}."))
    return read_count(raw, reader)


__all__ = ["Did", "subjects_of"]
