"""``has``: rows that hang on a member, contributed by this app and those above."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from enishi.accounts.models import User
from enishi.members.fields import hidden_groups

from .comparison import Comparison, asked_of
from .days import spanned
from .field import shown
from .leaves import Leaf, Mentions, leaf
from .moment import Moment
from .operators import Counted, read_count, read_operator, read_value
from .reader import Reader
from .subjects import Subject, Type
from .tree import Group, Node, read_node, read_nodes
from .where import YES, Where, every
from .windows import Span, Window, read_window
from .words import counted_words, said

Fields = Mapping[str, Subject] | Callable[[], Mapping[str, Subject]]
AGGREGATES = ("sum", "min", "max", "first", "last")
_TAKES = {
    "sum": (Type.NUMBER,),
    "min": (Type.NUMBER, Type.DATE, Type.INSTANT, Type.TIME),
    "max": (Type.NUMBER, Type.DATE, Type.INSTANT, Type.TIME),
}
_IN_ORDER = ("first", "last")
ONCE = "OFFSET 0"  # else each parallel worker of the query groups all the rows for itself
AT_LEAST_ONE = Counted("gte", [1])


@dataclass(frozen=True)
class Source:
    """Rows that ``has`` can ask about. ``table`` is SQL with the alias ``r``: ``app_table r``."""

    key: str
    label: str | Promise
    table: str
    member: str  # SQL of the member's id: ``r.member_id``
    fields: Fields
    at: str = ""  # the field that says when; windows, first and last need it
    always: Where = YES  # what every row has to fulfil
    right: str = "members.view"  # who may ask
    grows: bool = False  # rows are only added, so the past can be asked about
    tells: str = ""  # the group of built-in fields that one has to see to ask

    def subjects(self) -> Mapping[str, Subject]:
        """The fields of a row."""
        return self.fields() if callable(self.fields) else self.fields


HAS: dict[str, Source] = {}
_FINDERS: list[Callable[[], Iterable[Source]]] = []


def has_source(
    key: str,
    label: str | Promise,
    *,
    table: str,
    fields: Fields,
    member: str = "r.member_id",
    at: str = "",
    always: Where = YES,
    right: str = "members.view",
    grows: bool = False,
    tells: str = "",
) -> Source:
    """Register rows for ``has``: ``has_source("invoice", _("Invoices"), table="billing_invoice r",
    fields={"status": Subject("status", _("Status"), Type.TEXT, "r.status")}, at="issued_on")``.

    ``fields`` may be a function, where it needs the database. ``tells``: the group of built-in
    fields (``fields.groups``) that one has to see to ask.
    """
    HAS[key] = Source(key, label, table, member, fields, at, always, right, grows, tells)
    return HAS[key]


def more_sources(find: Callable[[], Iterable[Source]]) -> None:
    """Register sources that the office makes: ``find`` is asked whenever a rule is read."""
    if find not in _FINDERS:
        _FINDERS.append(find)


def sources(by: User | None = None) -> dict[str, Source]:
    """All sources that ``by`` may ask about, by key."""
    found = {source.key: source for find in _FINDERS for source in find()} | HAS
    hidden = hidden_groups(by)
    return {
        key: source
        for key, source in found.items()
        if by is None
        or ((not source.right or by.has_right(source.right)) and source.tells not in hidden)
    }


def read_rows(raw: Any, reader: Reader, fields: Mapping[str, Subject]) -> Node:
    """Conditions on rows: a list that must all hold, or a tree."""
    below = reader.over(fields)
    if isinstance(raw, Mapping):
        return read_node(raw, below.deeper())
    return Group("all", read_nodes(raw, below.deeper()))


def rows_of(
    table: str,
    member: str,
    where: Where,
    count: Counted | None = None,
    *,
    having: Iterable[Comparison] = (),
    at: Moment | None = None,
) -> Where:
    """Whether the member has so many rows (at least one where ``count`` is not given).

    ``having`` compares aggregates of these rows. ``table`` is SQL for FROM; ``member`` the SQL of
    the member's id in it; ``where`` is about one row. Set-wise: the rows are grouped once, unless
    ``at`` says that only a few members are asked about.
    """
    wanted = count or AT_LEAST_ONE
    aggregates = list(having)
    none_do = wanted.holds(0) and all(asked.holds_for_none for asked in aggregates)
    if not aggregates and _is_any(wanted):
        sql = f"EXISTS (SELECT 1 FROM {table} WHERE {member} = m.id AND ({where.sql}))"
        return Where(sql, where.params, total=True)
    if not aggregates and _is_none(wanted):
        sql = f"NOT EXISTS (SELECT 1 FROM {table} WHERE {member} = m.id AND ({where.sql}))"
        return Where(sql, where.params, total=True)
    moment = at or Moment.current()
    asked = every(
        [
            asked_of(Where("count(*)", (), total=True), wanted),
            *(one.where(moment) for one in aggregates),
        ]
    )
    if moment.few:
        sql = f"(SELECT {asked.sql} FROM {table} WHERE {member} = m.id AND ({where.sql}))"
        return Where(f"COALESCE({sql}, false)", (*asked.params, *where.params), total=True)
    if none_do:
        asked = ~asked
    sql = (
        f"{'NOT ' if none_do else ''}EXISTS (SELECT 1 FROM (SELECT {member} AS member"
        f" FROM {table} WHERE {where.sql} GROUP BY {member} HAVING {asked.sql} {ONCE}) AS grouped"
        " WHERE grouped.member = m.id)"
    )
    return Where(sql, (*where.params, *asked.params), total=True)


def _is_any(count: Counted) -> bool:
    """Whether it means: at least one."""
    one = count.values[0] if count.values else -1
    return (count.op == "gte" and 0 < one <= 1) or (count.op == "gt" and 0 <= one < 1)


def _is_none(count: Counted) -> bool:
    """Whether it means: not a single one."""
    one = count.values[0] if count.values else -1
    return (
        (count.op == "eq" and one == 0)
        or (count.op == "lt" and 0 < one <= 1)
        or (count.op == "lte" and 0 <= one < 1)
    )


@leaf("has")
@dataclass(frozen=True)
class Has(Leaf):
    """Rows of a source: which, when, how many, and what they come to."""

    source: Source
    rows: Node | None = None
    within: Comparison | None = None
    times: Counted | None = None
    aggregates: tuple[tuple[str, Comparison], ...] = ()

    @classmethod
    def parse(cls, tree: Mapping[str, Any], reader: Reader) -> Self:
        known = sources(reader.by)
        key = tree["has"]
        source = known.get(key) if isinstance(key, str) else None
        if source is None:
            named = key[:60] if isinstance(key, str) else ""
            reason = _("There is nothing called “%(key)s” to ask about. There are: %(names)s.")
            reader.at("has").fault(reason % {"key": named, "names": ", ".join(known)})
        reader.only(tree, "has", "where", "within", "times", "count", *AGGREGATES)
        fields = source.subjects()
        rows = within = times = None
        if tree.get("where"):
            rows = read_rows(tree["where"], reader.at("where"), fields)
        if "within" in tree:
            within = _within(tree["within"], source, fields, reader.at("within"))
        for name in ("times", "count"):
            if name in tree:
                times = read_count(_compared(tree[name], reader.at(name)), reader.at(name))
        aggregates = tuple(
            (word, _aggregate(word, tree[word], source, fields, reader.at(word)))
            for word in AGGREGATES
            if word in tree
        )
        return cls(source, rows, within, times, aggregates)

    def _where(self, at: Moment) -> Where:
        parts = [self.source.always] if self.source.always is not YES else []
        if self.rows is not None:
            parts.append(self.rows.where(at))
        if self.within is not None:
            parts.append(self.within.where(at))
        if at.as_of is not None and self.source.at:
            stamp = self.source.subjects()[self.source.at]
            if stamp.type == Type.INSTANT:
                parts.append(spanned(stamp, Span(None, at.now, closed=True)))
            else:
                parts.append(Comparison(stamp, "lte", at.today).where(at))
        return every(parts)

    def where(self, at: Moment) -> Where:
        source = self.source
        having = [asked for _word, asked in self.aggregates]
        return rows_of(
            source.table, source.member, self._where(at), self.times, having=having, at=at
        )

    def because(self, at: Moment) -> dict[str, Where]:
        where, source = self._where(at), self.source
        ground = f"FROM {source.table} WHERE {source.member} = m.id AND ({where.sql})"
        found = {"times": Where(f"(SELECT count(*) {ground})", where.params)}
        for word, asked in self.aggregates:
            value = shown(asked.subject, at)
            sql = f"(SELECT {value.sql} {ground})"
            found[f"{word}.{asked.subject.key}"] = Where(sql, (*value.params, *where.params))
        return found

    def sentence(self) -> str:
        what = str(self.source.label)
        if self.rows is not None:
            what = _("%(what)s (%(rule)s)") % {"what": what, "rule": self.rows.sentence()}
        if self.within is not None:
            what = _("%(what)s within %(window)s") % {"what": what, "window": self.within.value}
        parts = []
        if self.times is not None:
            parts.append(counted_words(_("the number of %(what)s") % {"what": what}, self.times))
        elif not self.aggregates:
            parts.append(_("there are %(what)s") % {"what": what})
        for word, asked in self.aggregates:
            label = _aggregate_words(word) % {"field": asked.subject.label, "what": what}
            parts.append(said(replace(asked, subject=replace(asked.subject, label=label))))
        return pgettext("rule", " and ").join(parts)

    def mentions(self) -> Mentions:
        found = Mentions(sources=frozenset({self.source.key}))
        if self.rows is not None:
            found |= self.rows.mentions()
        asked = [one for _word, one in self.aggregates]
        moves = {one.moves for one in (*asked, self.within) if one is not None}
        return found | Mentions(moves=frozenset(moves - {""}))

    def is_as_of(self) -> bool:
        return self.source.grows


def _within(raw: Any, source: Source, fields: Mapping[str, Subject], reader: Reader) -> Comparison:
    if not source.at:
        reason = _("“%(label)s” has no time to ask about.")
        reader.fault(reason % {"label": source.label})
    stamp = fields[source.at]
    window: Window = read_window(raw, reader, whole_days=stamp.type == Type.DATE)
    return Comparison(stamp, "within", window)


def _compared(raw: Any, reader: Reader) -> Any:
    """``times`` says how it compares; a bare number could mean exactly or at least."""
    if not isinstance(raw, Mapping):
        reader.fault(_("Write how often, like {“op”: “gte”, “value”: 2}."))
    return raw


def _aggregate(
    word: str, raw: Any, source: Source, fields: Mapping[str, Subject], reader: Reader
) -> Comparison:
    """A comparison whose subject is an aggregate of the rows."""
    if not isinstance(raw, Mapping):
        reader.fault(_("Write a field, an operator and a value."))
    reader.only(raw, "field", "op", "value", "exact")
    key = raw.get("field")
    subject = fields.get(key) if isinstance(key, str) else None
    if subject is None:
        reader.over(fields).no_field(key)
    if subject.type not in _TAKES.get(word, tuple(Type)) or subject.type in (
        Type.TAGS,
        Type.CHOICES,
        Type.AGE,
    ):
        reason = _("“%(field)s” cannot be reckoned up like this.")
        reader.at("field").fault(reason % {"field": subject.label})
    if word in _IN_ORDER and not source.at:
        reader.fault(_("“%(label)s” has no time to ask about.") % {"label": source.label})
    op = read_operator(raw.get("op"), subject, reader.at("op"))
    exact = raw.get("exact") is True
    value = read_value(raw.get("value"), op, subject, reader.at("value"), exact=exact)
    reckoned = replace(
        subject,
        sql=_reckoned(word, subject, source, fields),
        params=_reckoned_params(word, subject, source, fields),
        nullable=True,
        ranged="",
        filled=None,
    )
    return Comparison(reckoned, op, value, exact)


def _reckoned(word: str, subject: Subject, source: Source, fields: Mapping[str, Subject]) -> str:
    if word not in _IN_ORDER:
        return f"{word}({subject.sql})"
    order = "DESC NULLS LAST" if word == "last" else "ASC NULLS LAST"
    return f"(array_agg({subject.sql} ORDER BY {fields[source.at].sql} {order}))[1]"


def _reckoned_params(
    word: str, subject: Subject, source: Source, fields: Mapping[str, Subject]
) -> tuple[object, ...]:
    if word not in _IN_ORDER:
        return subject.params
    return (*subject.params, *fields[source.at].params)


def _aggregate_words(word: str) -> str:
    return {
        "sum": _("the sum of %(field)s of %(what)s"),
        "min": _("the smallest %(field)s of %(what)s"),
        "max": _("the largest %(field)s of %(what)s"),
        "first": _("%(field)s of the first of %(what)s"),
        "last": _("%(field)s of the last of %(what)s"),
    }[word]
