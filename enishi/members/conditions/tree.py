"""The tree of a rule: all, any, not, and the conditions at its ends."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from .faults import Faulty
from .leaves import LEAVES, Leaf, Mentions
from .moment import Moment
from .reader import MOST_FAULTS, Reader
from .where import Where, every, some

GROUPS = ("all", "any", "not")


@dataclass(frozen=True)
class End:
    """One condition, with the JSON that it was read from."""

    leaf: Leaf
    tree: Mapping[str, Any]

    def where(self, at: Moment) -> Where:
        return self.leaf.where(at)

    def sentence(self, *, inner: bool = False) -> str:  # noqa: ARG002  a group needs it
        return self.leaf.sentence()

    def mentions(self) -> Mentions:
        return self.leaf.mentions()

    def ends(self) -> "Iterator[End]":
        yield self


@dataclass(frozen=True)
class Group:
    """``all`` or ``any`` of some nodes, or ``not`` of one."""

    word: str
    nodes: "tuple[Node, ...]"

    def where(self, at: Moment) -> Where:
        if self.word == "not":
            return ~self.nodes[0].where(at)
        if (at_once := self._at_once(at)) is not None:
            return at_once
        return (every if self.word == "all" else some)([node.where(at) for node in self.nodes])

    def _at_once(self, at: Moment) -> Where | None:
        """Two conditions about the same rows, all there is in the group, read the rows once.

        With more beside them two lookups are better: the other conditions say for whom.
        """
        match (self.word, *self.nodes):
            case "all", End(one), Group("not", (End(other),)):
                return one.without(other, at)
            case "all", Group("not", (End(other),)), End(one):
                return one.without(other, at)
        return None

    def sentence(self, *, inner: bool = False) -> str:
        said = [node.sentence(inner=True) for node in self.nodes]
        if self.word == "not":
            return _("not (%(rule)s)") % {"rule": self.nodes[0].sentence()}
        if not said:
            return (
                pgettext("rule", "everybody") if self.word == "all" else pgettext("rule", "nobody")
            )
        joined = (
            pgettext("rule", " and ") if self.word == "all" else pgettext("rule", " or ")
        ).join(said)
        return _("(%(rule)s)") % {"rule": joined} if inner and len(said) > 1 else joined

    def mentions(self) -> Mentions:
        found = Mentions()
        for node in self.nodes:
            found |= node.mentions()
        return found

    def ends(self) -> Iterator[End]:
        for node in self.nodes:
            yield from node.ends()


Node = End | Group


def read_node(raw: Any, reader: Reader) -> Node:
    """The tree that ``raw`` describes. Faults are gathered in the reader; the first is raised."""
    reader.count_node()
    if not isinstance(raw, Mapping):
        reader.fault(_("Write a condition here, or a group: all, any, not."))
    kinds = ("field",) if reader.of_rows else tuple(LEAVES)
    found = [name for name in (*GROUPS, *kinds) if name in raw]
    if len(found) != 1:
        known = ", ".join((*GROUPS, *kinds))
        reader.fault(_("A condition has exactly one of: %(names)s.") % {"names": known})
    word = found[0]
    if word not in GROUPS:
        return End(LEAVES[word].parse(raw, reader), raw)
    reader.only(raw, word)
    if word == "not":
        return Group("not", (read_node(raw["not"], reader.deeper().at("not")),))
    return Group(word, read_nodes(raw[word], reader.deeper().at(word)))


def read_nodes(raw: Any, reader: Reader) -> tuple[Node, ...]:
    """A list of nodes, which must all be readable."""
    if not isinstance(raw, list | tuple):
        reader.fault(_("Write a list of conditions."))
    nodes: list[Node] = []
    first: Faulty | None = None
    for index, one in enumerate(raw):
        try:
            nodes.append(read_node(one, reader.at(index)))
        except Faulty as faulty:
            first = first or faulty
            gathered = reader.room.faults
            if faulty.fault not in gathered:
                gathered.append(faulty.fault)
            if len(gathered) >= MOST_FAULTS:
                raise
    if first is not None:
        raise first
    return tuple(nodes)
