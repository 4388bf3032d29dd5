"""``field``: a comparison of one field."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from django.utils.translation import gettext as _

from .comparison import Comparison
from .leaves import Leaf, Mentions, leaf
from .moment import Moment
from .operators import OPERATORS, read_operator, read_value
from .reader import Reader
from .subjects import Type
from .where import Where
from .words import said

# What may stand instead of "op" and "value": {"field": "joined_on", "within": {"last": 30, …}}.
SHORT = frozenset(word for words in OPERATORS.values() for word in words)
AS_OF = frozenset({"status", "member_type", "age", "tenure", "birth_date", "number", "kind"})


@leaf("field")
@dataclass(frozen=True)
class FieldLeaf(Leaf):
    """One comparison. Over rows of ``has`` the subject's SQL is about the row, not the member."""

    asked: Comparison
    of_rows: bool = False

    @classmethod
    def parse(cls, tree: Mapping[str, Any], reader: Reader) -> Self:
        key = tree["field"]
        subject = reader.fields.get(key) if isinstance(key, str) else None
        if subject is None:
            reader.no_field(key)
        short = [name for name in tree if name in SHORT]
        if "op" not in tree and len(short) == 1:
            reader.only(tree, "field", short[0], "exact")
            op = read_operator(short[0], subject, reader.at(short[0]))
            raw, below = tree[short[0]], reader.at(short[0])
        else:
            reader.only(tree, "field", "op", "value", "exact")
            op = read_operator(tree.get("op"), subject, reader.at("op"))
            raw, below = tree.get("value"), reader.at("value")
        exact = tree.get("exact", False)
        if not isinstance(exact, bool):
            reader.at("exact").fault(_("Write true or false."))
        if exact and subject.type == Type.DIGITS:
            exact = False
        value = read_value(raw, op, subject, below, exact=exact)
        return cls(Comparison(subject, op, value, exact), reader.of_rows)

    def where(self, at: Moment) -> Where:
        return self.asked.where(at)

    def because(self, at: Moment) -> dict[str, Where]:
        return {self.asked.subject.key: shown(self.asked.subject, at)}

    def sentence(self) -> str:
        return said(self.asked)

    def mentions(self) -> Mentions:
        moves = frozenset({self.asked.moves} - {""})
        fields = frozenset() if self.of_rows else self.asked.subject.mentioned
        return Mentions(fields=fields, moves=moves)

    def is_as_of(self) -> bool:
        return self.asked.subject.key in AS_OF


def shown(subject: Any, at: Moment) -> Where:
    """The value of a subject as one looks at it."""
    subject = subject.on(at.today)
    sql, params = subject.sql, subject.params
    if subject.type == Type.TAGS:
        return Where(
            "(SELECT COALESCE(jsonb_agg(name ORDER BY name), '[]') FROM members_tag"
            f" WHERE id IN ({sql}))",
            params,
        )
    if subject.type == Type.AGE:
        today = at.today.strftime("%Y%m%d")
        return Where(
            f"div(%s - to_char({sql}, 'YYYYMMDD')::int, 10000)::int", (int(today), *params)
        )
    return Where(sql, params)
