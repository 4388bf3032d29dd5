"""``in_segment``: a question that another segment has asked already; and segments as conditions.

A segment inside a segment is written out in full (inlined), or read from the members that are kept
of it, whichever is exact and quicker. The kept members are exact while nothing waits to be tested
again and the clock has not reached the moment at which time alone may change them.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Self

from django.utils.translation import gettext as _

from enishi.accounts.models import User
from enishi.members.conditions import (
    Comparison,
    Holds,
    Leaf,
    Mentions,
    Moment,
    Reader,
    Rule,
    RuleFaults,
    Where,
    every,
    leaf,
    parse,
    some,
    sources,
)
from enishi.members.conditions.catalogue import visible
from enishi.members.conditions.faults import Faulty
from enishi.members.conditions.reader import Room
from enishi.members.conditions.tree import Node, read_node
from enishi.members.models import Member

from .models import ManualMember, Moving, Segment, SegmentMember, SegmentQuerySet

if TYPE_CHECKING:
    from enishi.members.models import MemberQuerySet

LONGEST_CHAIN = 10
CHEAP = 6  # so many comparisons of fields are asked quicker than kept members are looked up

_chain: ContextVar[tuple[int, ...]] = ContextVar("segment_chain", default=())

_KEPT = (
    "EXISTS (SELECT 1 FROM segments_segmentmember k WHERE k.segment_id = %s AND k.member_id = m.id)"
)
_BY_HAND = (
    "EXISTS (SELECT 1 FROM segments_manualmember h"
    " WHERE h.segment_id = %s AND h.member_id = m.id AND {which} h.included)"
)


@contextmanager
def within(segment: Segment | None) -> Iterator[None]:
    """Read rules as the rule of ``segment``: one that leads back to it is a circle."""
    token = _chain.set((segment.pk,) if segment is not None and segment.pk else ())
    try:
        yield
    finally:
        _chain.reset(token)


def rule_of(segment: Segment, by: User | None = None) -> Rule:
    """The segment's rule, read. Raises RuleFaults where it cannot be read any more, or where
    ``by`` may not see all that it asks about."""
    with within(segment):
        return parse(segment.rule, by=by)


def seen_by(segments: Iterable[Segment], by: User | None) -> list[Segment]:
    """Those of ``segments`` that ask only about what ``by`` may see (None: the system)."""
    if by is None:
        return list(segments)
    hidden = visible(None).keys() - visible(by).keys()
    known, did = sources(by).keys(), by.has_right("activity.view")
    return [
        segment
        for segment in segments
        if hidden.isdisjoint(segment.fields)
        and known >= set(segment.sources)
        and (did or not segment.kinds)
    ]


def where_of(segment: Segment, at: Moment | None = None, *, node: Node | None = None) -> Where:
    """The segment as SQL over ``m``: its rule, with those put in by hand and without those kept
    out."""
    moment = at or Moment.current()
    inside = node if node is not None else rule_of(segment).node
    return _with_exceptions(segment.pk, inside.where(moment))


def members_of(segment: Segment) -> "MemberQuerySet":
    """Everybody in the segment at this moment, exactly; members in the bin are left out."""
    present = Member.objects.present()
    if segment.is_current:
        return present.filter(Holds(Where(_KEPT, (segment.pk,), total=True)))
    return present.filter(Holds(where_of(segment)))


def holding(segments: SegmentQuerySet, member: Member, by: User | None) -> list[Segment]:
    """Those of the segments that the member is in at this moment, of those that ``by`` may see.

    Kept members are taken where they are exact; the other segments are asked about this member.
    """
    every = seen_by(segments.with_waiting(), by)
    kept = set(SegmentMember.objects.filter(member=member).values_list("segment", flat=True))
    found = []
    for segment in every:
        if segment.is_current_but_for_waiting and not segment.waiting:  # type: ignore[attr-defined]
            inside = segment.pk in kept
        else:
            try:
                where = where_of(segment, Moment.current().of_few())
                asked = Member.objects.present().filter(Holds(where))
                inside = asked.filter(pk=member.pk).exists()
            except RuleFaults:
                inside = segment.pk in kept
        if inside:
            found.append(segment)
    return found


def _with_exceptions(pk: int, where: Where) -> Where:
    found = set(ManualMember.objects.filter(segment=pk).values_list("included", flat=True))
    if True in found:
        where = some([where, Where(_BY_HAND.format(which=""), (pk,), total=True)])
    if False in found:
        where = every([where, ~Where(_BY_HAND.format(which="NOT"), (pk,), total=True)])
    return where


@leaf("in_segment")
@dataclass(frozen=True)
class InSegment(Leaf):
    """The member is in another segment."""

    segment: Segment
    node: Node

    @classmethod
    def parse(cls, tree: Mapping[str, Any], reader: Reader) -> Self:
        reader.only(tree, "in_segment")
        here = reader.at("in_segment")
        segment = _found(tree["in_segment"], here)
        chain = _chain.get()
        if segment.pk in chain:
            here.fault(
                _("This is a circle: %(path)s. A segment cannot ask about itself.")
                % {"path": _path([*chain[chain.index(segment.pk) :], segment.pk])}
            )
        if len(chain) >= LONGEST_CHAIN:
            reason = _("Segments lead to each other over too many steps: at most %(most)s.")
            here.fault(reason % {"most": LONGEST_CHAIN})
        token = _chain.set((*chain, segment.pk))
        try:
            return cls(segment, _read(segment, here))
        finally:
            _chain.reset(token)

    def where(self, at: Moment) -> Where:
        if self._is_cheap() or not self._is_exact(at):
            return _with_exceptions(self.segment.pk, self.node.where(at))
        return Where(_KEPT, (self.segment.pk,), total=True)

    def sentence(self) -> str:
        return _("is in the segment “%(name)s”") % {"name": self.segment.name}

    def because(self, at: Moment) -> dict[str, Where]:  # noqa: ARG002
        if not self.segment.is_stored:
            return {}
        sql = (
            "(SELECT k.entered_at FROM segments_segmentmember k"
            " WHERE k.segment_id = %s AND k.member_id = m.id)"
        )
        return {"since": Where(sql, (self.segment.pk,))}

    def mentions(self) -> Mentions:
        return self.node.mentions() | Mentions(segments=frozenset({self.segment.pk}))

    def _is_cheap(self) -> bool:
        ends = list(self.node.ends())
        return len(ends) <= CHEAP and all(
            isinstance(getattr(end.leaf, "asked", None), Comparison) for end in ends
        )

    def _is_exact(self, at: Moment) -> bool:
        """Whether the kept members are those of the moment that is asked about."""
        if at.as_of is not None or not self.segment.is_current:
            return False
        if not self.segment.moving:
            return True
        since, until = self.segment.refreshed_at, self.segment.next_due
        return (
            self.segment.moving == Moving.DAILY
            and since is not None
            and until is not None
            and since <= at.now < until
        )


def _found(raw: Any, reader: Reader) -> Segment:
    if isinstance(raw, str) and raw.isascii() and raw.isdigit() and len(raw) <= 18:
        raw = int(raw)
    if not isinstance(raw, int) or isinstance(raw, bool) or not 0 < raw < 2**63:
        reader.fault(_("Write the number of a segment."))
    segment = Segment.objects.filter(pk=raw).first()
    if segment is None:
        reader.fault(_("There is no segment with the number %(number)s.") % {"number": raw})
    return segment


def _read(segment: Segment, reader: Reader) -> Node:
    """The rule of another segment. What is wrong within it is told at the place that names it."""
    room = Room(reader.room.nodes, reader.room.values)
    inside = replace(reader.deeper(), path="", room=room)
    try:
        node = read_node(segment.rule, inside)
    except Faulty as faulty:
        reason = _("The segment “%(name)s” cannot be asked: %(reason)s")
        if "→" in faulty.fault.reason:  # a circle tells its own path
            reader.fault(faulty.fault.reason)
        reader.fault(reason % {"name": segment.name, "reason": faulty.fault.reason})
    reader.room.nodes, reader.room.values = room.nodes, room.values
    return node


def _path(ids: list[int]) -> str:
    names = dict(Segment.objects.filter(pk__in=ids).values_list("pk", "name"))
    return " → ".join(names.get(pk, str(pk)) for pk in ids)


def named_in(rule: Rule) -> list[int]:
    """The segments that a rule names itself, in their order."""
    found = (end.leaf.segment.pk for end in rule.node.ends() if isinstance(end.leaf, InSegment))
    return list(dict.fromkeys(found))


__all__ = ["InSegment", "RuleFaults", "members_of", "named_in", "rule_of", "where_of", "within"]
