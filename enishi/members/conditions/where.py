"""A boolean question in SQL, with its values beside it."""

import re
from dataclasses import dataclass
from typing import Any

_MEMBER = re.compile(r"\bm\.")


@dataclass(frozen=True)
class Where:
    """SQL over the alias ``m`` (members_member), and the parameters in their order.

    ``total`` promises that the answer is never NULL; NULL counts as false otherwise. Also used for
    plain expressions, where ``sql`` is a value and not a question.
    """

    sql: str
    params: tuple[Any, ...] = ()
    total: bool = False

    def __invert__(self) -> "Where":
        if self.total:
            return Where(f"NOT ({self.sql})", self.params, total=True)
        return Where(f"({self.sql}) IS NOT TRUE", self.params, total=True)

    def __and__(self, other: "Where") -> "Where":
        return every([self, other])

    def __or__(self, other: "Where") -> "Where":
        return some([self, other])

    def over(self, alias: str) -> str:
        """The SQL with another name (quoted where it has to be) for the member than ``m``."""
        return _MEMBER.sub(f"{alias}.", self.sql)


YES = Where("TRUE", (), total=True)
NO = Where("FALSE", (), total=True)


def every(parts: list[Where]) -> Where:
    """All of ``parts``; true where there are none."""
    return _joined(parts, " AND ", YES)


def some(parts: list[Where]) -> Where:
    """At least one of ``parts``; false where there are none."""
    return _joined(parts, " OR ", NO)


def _joined(parts: list[Where], word: str, nothing: Where) -> Where:
    if len(parts) < 2:
        return parts[0] if parts else nothing
    return Where(
        word.join(f"({part.sql})" for part in parts),
        tuple(value for part in parts for value in part.params),
        total=all(part.total for part in parts),
    )
