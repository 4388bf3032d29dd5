"""A rule: read once, asked as often as one likes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import BooleanField, F, Func

from enishi.accounts.models import User
from enishi.core.bulk import patience
from enishi.members.models import Member

from .catalogue import fields_for
from .explaining import explained
from .faults import Faulty, RuleFault, RuleFaults
from .leaves import Mentions
from .moment import Moment
from .reader import Reader
from .tree import Node, read_node
from .where import Where

if TYPE_CHECKING:
    from enishi.members.models import MemberQuerySet


def parse(tree: Any, by: User | AnonymousUser | None = None, as_of: date | None = None) -> "Rule":
    """Read a rule. Raises RuleFaults with the path to each fault.

    ``by`` is whoever asks: fields that they may not see do not exist for them, and "me" is they.
    None is the system. ``as_of``: the answer as it was at the end of that day, where that is known.
    """
    user = by if isinstance(by, User) else None
    reader = Reader(fields_for(user, as_of), user, as_of)
    try:
        node = read_node(tree, reader)
    except Faulty as faulty:
        gathered = reader.room.faults
        raise RuleFaults(gathered or [faulty.fault]) from faulty
    except RecursionError as error:
        raise RuleFaults([RuleFault("", "")]) from error
    return Rule(tree, node, as_of)


@dataclass(frozen=True)
class Rule:
    """A question about members that has been read."""

    tree: Mapping[str, Any]
    node: Node
    as_of: date | None = None

    def moment(self) -> Moment:
        """Now, or the end of the day that is asked for."""
        return Moment.current(self.as_of)

    def where(self, at: Moment | None = None) -> Where:
        """The question as SQL over ``m`` (members_member). Members in the bin are not left out."""
        return self.node.where(at or self.moment())

    def members(self) -> "MemberQuerySet":
        """The members that it holds for; those in the bin are left out."""
        return Member.objects.present().filter(Holds(self.where()))

    def count(self, timeout_ms: int | None = None) -> int:
        """How many members it holds for, exactly. Raises TooSlow after ``timeout_ms``."""
        return counted(self.members(), timeout_ms)

    def holds_for(self, member: Member) -> bool:
        """Whether it holds for one member."""
        asked = Holds(self.where(self.moment().of_few()))
        return Member.objects.present().filter(asked, pk=member.pk).exists()

    def explain(self, member: Member) -> dict[str, Any]:
        """{"matches", "because"}: the tree with a verdict and the values behind it at each end."""
        return explained(self.node, member, self.moment().of_few())

    def sentence(self) -> str:
        """What it means, in the language of the reader."""
        return self.node.sentence()

    def mentions(self) -> Mentions:
        """What the answer depends on."""
        return self.node.mentions()

    def not_as_of(self) -> list[str]:
        """With ``as_of``: sentences of the conditions that could only be answered for today."""
        if self.as_of is None:
            return []
        return [end.sentence() for end in self.node.ends() if not end.leaf.is_as_of()]


class Holds(Func):
    """A Where as a condition of a queryset of members."""

    output_field = BooleanField()

    def __init__(self, where: Where) -> None:
        super().__init__(F("pk"))
        self.asked = where

    def as_sql(self, compiler: Any, *_more: Any, **_context: Any) -> tuple[str, tuple[Any, ...]]:
        column, _params = compiler.compile(self.get_source_expressions()[0])
        alias = column.rpartition(".")[0]
        return f"({self.asked.over(alias)})", self.asked.params


def counted(members: "MemberQuerySet", timeout_ms: int | None = None) -> int:
    """An exact count that is given up after ``timeout_ms``. Raises TooSlow."""
    if timeout_ms is None:
        return members.order_by().count()
    with patience(timeout_ms):
        return members.order_by().count()
