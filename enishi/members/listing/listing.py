"""One list of members: parameters in, rows out."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from functools import cached_property
from typing import Any, TypeVar

from django.db.models import (
    Exists,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.utils.translation import gettext as _

from enishi.accounts.models import User
from enishi.core.asked import asked
from enishi.core.pages import Count, Page, behind, leads_back, page
from enishi.core.params import Params, PlainParams
from enishi.members import search
from enishi.members.conditions import Holds, Rule
from enishi.members.fields import OWN, Definition, Wrong, hidden_groups, visible_fields
from enishi.members.models import (
    Member,
    MemberQuerySet,
    MemberType,
    SearchPending,
    StatusPeriod,
    dated,
)
from enishi.members.timeline import ON_ROLL

from .conditions import Condition, Said, one
from .counting import planned, quick_count
from .questions import every_condition
from .ruling import (
    WrongRule,
    is_asked,
    own_nodes,
    rule_of_tree,
    sentences,
    tree_asked,
    view_asked,
)
from .sorting import ALIASES, COLUMNS, DATED, USUAL, own_order, sorts_for

T = TypeVar("T")

MANY = 5_000  # from so many candidates of a search on, a page is first looked for nearby
NEARBY = (500, 31_000)  # how many members of the order are looked through: least, most


class Listing:
    """What ``params`` ask for. ``problems``: parameter → sentence for what cannot be read.

    A filter that cannot be read is left out; the office shows its problem, the API refuses. Where
    it is the rule, nobody fits: a view whose field is gone must not look like everybody.
    """

    def __init__(self, params: Params | Mapping[str, Any], *, by: Any = None) -> None:
        """``by`` asks: fields that they may not see do not exist. Nobody (a job) sees all."""
        self.by = by
        self.params: Params = params if hasattr(params, "getlist") else PlainParams(params)
        self.problems: dict[str, str] = {}
        self.plainly: dict[str, str] = {}  # the same for people, where it differs
        self.view = self._told("view", lambda: view_asked(self.params, by))
        self.text = self._brought("search")
        self.sort = self._sort()
        self.asked = list(self._read())
        self.tree = self._told("rule", lambda: tree_asked(self.params, self.view))
        self.rule = self._told("rule", self._rule)
        self._whole: int | None = None  # how many fit, where one page holds them all
        self._seen = 1  # rows of the last page

    @cached_property
    def definitions(self) -> dict[str, Definition]:
        """All fields that may be seen, by key."""
        return visible_fields(self.by)

    @cached_property
    def conditions(self) -> dict[str, Condition]:
        """All filters that may be asked for, by key."""
        return every_condition(self.definitions)

    @property
    def said(self) -> list[Said]:
        """The filters in words, for chips."""
        return [*sentences(self), *(said for _condition, _value, said in self.asked)]

    @property
    def is_narrowed(self) -> bool:
        return bool(self.text or self.asked or self.rule)

    @property
    def as_of(self) -> date | None:
        """The day whose roster is asked for; None for today's."""
        return next((value for c, value, _said in self.asked if c.key == "as_of"), None)

    @cached_property
    def look(self) -> search.Look | None:
        """What the search box asks for, looked at; None where it is empty."""
        return search.look(self.text, hidden_groups(self.by)) if self.text else None

    @cached_property
    def matching(self) -> MemberQuerySet:
        """Everybody who fits, in no order."""
        return self._found(self._filtered)

    @cached_property
    def rows(self) -> MemberQuerySet:
        """Everybody who fits, with type and owner at hand, in the order asked for."""
        rows, order = self._ordered(self.matching)
        tie = "-pk" if order.startswith("-") else "pk"
        return rows.order_by(order, tie).select_related("type", "owner")

    def page(self, *, cursor: str = "", limit: int = 50) -> Page[Member]:
        """One page, with type and owner at hand. Raises core.pages.BadCursor."""
        found = self._nearby(cursor, limit) or self._page(self._parts(), cursor, limit)
        list(self.as_then(found.items))
        self._seen = len(found.items)
        self._whole = len(found.items) if not (cursor or found.next or found.previous) else None
        return found

    def count(self) -> Count:
        """How many fit: exact up to 10,000, beyond that what PostgreSQL estimates."""
        if "rule" in self.problems:
            return Count(0, exact=True)
        if self._whole is not None:
            return Count(self._whole, exact=True)
        look = self.look
        if (
            look is not None
            and not self.asked
            and not self.rule
            and not SearchPending.objects.exists()
        ):
            if look.is_guessed and look.hidden:  # the sample knows what they may not
                return self._estimated()
            if look.is_guessed:
                return Count(max(look.matches, self._seen), exact=False)
            if look.candidates is not None:
                in_bin = Member.objects.exclude(deleted_at=None).filter(look.holding())
                return Count(look.matches - in_bin.count(), exact=True)
        found = quick_count(self.matching)
        if found is None:
            return self._estimated()
        return found if found.exact else self._estimated(at_least=found.value)

    def as_then(self, members: Iterable[Member]) -> Iterator[Member]:
        """The members, with status and type of the day whose roster is asked for."""
        if self.as_of is None:
            yield from members
            return
        types = MemberType.objects.in_bulk()
        for member in members:
            member.status = member.status_then  # type: ignore[attr-defined]
            member.type = types[member.type_then]  # type: ignore[attr-defined]
            yield member

    # Reading

    def _told(self, name: str, read: Callable[[], T]) -> T | None:
        """What ``read`` finds; nothing, and a problem, where it cannot be read."""
        try:
            return read()
        except Wrong as wrong:
            self.problems[name] = wrong.reason
            if isinstance(wrong, WrongRule):
                self.plainly[name] = wrong.plainly
            return None

    def _brought(self, name: str) -> str:
        """A parameter, else what the view brings."""
        if self.view is None or is_asked(self.params, name):
            return one(self.params, name)
        return str(getattr(self.view, name))

    def _rule(self) -> Rule | None:
        if not self.tree:
            return None
        written = is_asked(self.params, "rule")
        return rule_of_tree(self.tree, self.by, self.as_of, written=written)

    def _sort(self) -> str:
        asked = self._brought("sort") or USUAL
        key = asked.removeprefix("-")
        key = ALIASES.get(key, key)
        known = sorts_for(self.definitions)
        own = key.startswith(OWN) and key in self.definitions and not self.definitions[key].sealed
        if key not in known and not own:
            sentence = _("The list cannot be sorted by this. Choose one of: %(keys)s.")
            self.problems["sort"] = sentence % {"keys": ", ".join(known)}
            self.plainly["sort"] = _(
                "The list cannot be sorted by this field any more. It is in the order of the"
                " member numbers."
            )
            return USUAL
        return f"-{key}" if asked.startswith("-") else key

    def _read(self) -> Iterator[tuple[Condition, Any, Said]]:
        for condition in self.conditions.values():
            try:
                found = condition.read(self.params)
            except Wrong as wrong:
                named = [name for name in condition.params if one(self.params, name)]
                self.problems[named[0] if named else condition.key] = wrong.reason
                continue
            if found is not None:
                yield condition, *found

    # Finding

    @cached_property
    def _filtered(self) -> MemberQuerySet:
        """Everybody who fits but for the search."""
        rows = Member.objects.present()
        if "rule" in self.problems:
            return rows.none()
        then = {"status", "member_type"} if self.as_of else set()
        for condition, value, _said in self.asked:
            if condition.key not in then:
                rows = rows.filter(condition.find(value))
        if own := own_nodes(self.asked):
            rows = rows.filter(Holds(rule_of_tree({"all": own}, self.by, None).where()))
        if self.rule is not None:
            rows = rows.filter(Holds(self.rule.where()))
        return self._then(rows, self.as_of) if self.as_of else rows

    def _found(self, rows: MemberQuerySet) -> MemberQuerySet:
        """Those of ``rows`` whom the search finds."""
        if self.look is None:
            return rows
        return self.look.collected(rows) if self.look.terms else rows.none()

    def _parts(self) -> list[MemberQuerySet]:
        """Everybody who fits; as stretches that follow one another where that is quicker.

        In the order of leaving: those who left (only they are in the index) and those who did not.
        In the order of types: one type after the other.
        """
        key = self.sort.removeprefix("-")
        rows = self.matching
        if self.text or self.as_of:
            return [rows]
        if key == "left_on":
            parts = [rows.filter(left_on=None), rows.filter(left_on__isnull=False)]
        elif key == "member_type":
            orders: dict[int, list[int]] = {}
            for pk, order in MemberType.objects.values_list("pk", "order"):
                orders.setdefault(order, []).append(pk)
            asked = next((v for c, v, _said in self.asked if c.key == "member_type"), None)
            kept = {int(pk) for pk in asked} if asked else None
            parts = [
                rows.filter(type_id__in=pks).annotate(
                    sort_member_type=Value(order, output_field=IntegerField())
                )
                for order, pks in sorted(orders.items())
                if kept is None or kept.intersection(pks)
            ]
        else:
            return [rows]
        return parts[::-1] if self.sort.startswith("-") else parts or [rows]

    def _page(self, parts: list[MemberQuerySet], cursor: str, limit: int) -> Page[Member]:
        ordered = []
        for part in parts:
            rows, order = self._ordered(part)
            ordered.append(rows)
        found = page(*ordered, sort=[order], cursor=cursor, limit=limit)
        _lay_at_hand(found.items)
        return found

    def _nearby(self, cursor: str, limit: int) -> Page[Member] | None:
        """A full page out of the next members of the order, if so many are to be found there.

        Quick where a search finds many who lie scattered. Where they lie together far off (all
        the 田中, in the order of kana) the answer is None, and they have to be collected.
        """
        if self.look is None or not self.look.terms:
            return None
        if self.look.candidates is not None and self.look.candidates < MANY:
            return None
        every, order = self._ordered(Member.objects.present())
        evenly = limit * self.look.everybody // max(self.look.matches, 1)
        reach = max(3 * evenly, NEARBY[0])
        if reach > NEARBY[1]:
            return None  # too few to be met there
        column, falls = order.removeprefix("-"), order.startswith("-")
        bounds = behind(every, sort=[order], cursor=cursor)[reach : reach + 1]
        rows = self._filtered.filter(self.look.holding())
        for bound in bounds.values_list(column, flat=True):
            step = "gte" if falls != leads_back(cursor) else "lte"
            rows = self._ordered(rows)[0].filter(**{f"{column}__{step}": bound})
        found = self._page([rows], cursor, limit)
        return found if _is_full(found, cursor, limit) else None

    def _then(self, rows: MemberQuerySet, day: date) -> MemberQuerySet:
        """The roster of ``day``: on the roll then, or with the status and type asked for then."""
        asked = {condition.key: value for condition, value, _said in self.asked}
        period = StatusPeriod.objects.filter(
            Q(to_on=None) | Q(to_on__gt=day), member=OuterRef("pk"), from_on__lte=day
        )
        wanted = period.filter(status__in=asked.get("status", ON_ROLL))
        if "member_type" in asked:
            wanted = wanted.filter(type_id__in=asked["member_type"])
        return rows.filter(Exists(wanted))

    def _ordered(self, rows: MemberQuerySet) -> tuple[MemberQuerySet, str]:
        """``rows`` with what the order needs, and the name of the column to sort by."""
        if self.as_of:
            period = StatusPeriod.objects.filter(
                Q(to_on=None) | Q(to_on__gt=self.as_of),
                member=OuterRef("pk"),
                from_on__lte=self.as_of,
            )
            rows = rows.annotate(
                status_then=Subquery(period.values("status")[:1]),
                type_then=Subquery(period.values("type_id")[:1]),
            )
        sign, key = ("-", self.sort[1:]) if self.sort.startswith("-") else ("", self.sort)
        if key in COLUMNS:
            return rows, sign + COLUMNS[key]
        if key.startswith(OWN):
            return rows.annotate(sort_own=own_order(self.definitions[key])), f"{sign}sort_own"
        name = f"sort_{key}"
        if name in rows.query.annotations:
            return rows, sign + name
        by = dated(key) if key in DATED else F("type__order")
        return rows.annotate(**{name: by}), sign + name

    def _estimated(self, at_least: int = 0) -> Count:
        """What PostgreSQL believes, from its statistics, and no fewer than are known."""
        rows = self._filtered
        if self.look is not None:
            rows = rows.filter(self.look.holding())
        return Count(max(planned(rows.order_by())["Plan Rows"], at_least, self._seen), exact=False)


@asked
def _types() -> QuerySet[MemberType]:
    return MemberType.objects.all()


def _lay_at_hand(members: list[Member]) -> None:
    """Type and owner of each: there are few types, so they are not looked for one by one."""
    if not members:
        return
    types = {one.pk: one for one in _types.rows()}
    wanted = {member.owner_id for member in members if member.owner_id is not None}
    owners: dict[int | None, User] = dict(User.objects.in_bulk(wanted)) if wanted else {}
    for member in members:
        member.type = types[member.type_id]
        if (owner := owners.get(member.owner_id)) is not None:
            member.owner = owner


def _is_full(found: Page[Member], cursor: str, limit: int) -> bool:
    """Whether there is more to both sides, so that rows from elsewhere would not come between."""
    return bool(len(found.items) == limit and found.next and (not cursor or found.previous))
