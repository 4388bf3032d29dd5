"""What is wrong with a template, and where."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from enishi.core.refusals import Refusal


@dataclass(frozen=True)
class Fault:
    """One mistake. ``line`` and ``column`` count from 1; ``reason`` is a sentence."""

    line: int
    column: int
    reason: str

    def __str__(self) -> str:
        return _("Line %(line)d, column %(column)d: %(reason)s") % {
            "line": self.line,
            "column": self.column,
            "reason": self.reason,
        }


class Faults(Refusal):
    """This text cannot be used as it is. Correct the places named and try again."""

    # ``faults``: every Fault found, in the order of the text.

    status = 422

    def __init__(self, faults: Sequence[Fault], field: str = "") -> None:
        self.faults = list(faults)
        if field:
            self.errors = {field: " ".join(map(str, self.faults))}
        super().__init__()

    @property
    def details(self) -> dict[str, Any]:
        return {
            "faults": [
                {"line": one.line, "column": one.column, "reason": one.reason}
                for one in self.faults
            ]
        }


class TooLong(Refusal):
    """With these values the text becomes longer than %(longest)d characters. Shorten the lists."""

    status = 422
