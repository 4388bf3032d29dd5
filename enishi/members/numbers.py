"""Member numbers: made from a type's pattern, one after the other, never given twice.

``M{year}{seq:5}`` gives M202600001, M202600002 …; each new year begins at 1 again because the
counter belongs to the pattern with everything but ``{seq}`` filled in. The counter's row is locked
until the transaction ends, so two people who add members at once wait for each other.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from enishi.core import clock, japanese
from enishi.core.models import Organisation

from .models import Member, MemberType, NumberCounter

_PLACE = re.compile(r"\{(year|yy|fiscal|seq(?::(\d+))?)\}")
LONGEST = 40
WIDEST = 12


class BadPattern(ValueError):
    """A pattern that gives no usable numbers; ``reason`` says why."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


@dataclass(frozen=True)
class Rendered:
    """A pattern on some day: what stands before and after the running number, and its width."""

    before: str
    after: str
    width: int

    @property
    def counter(self) -> str:
        """The key of the counter. Without the width: widening it does not start again at 1."""
        return f"{self.before}{{seq}}{self.after}"

    def number(self, seq: int) -> str:
        return f"{self.before}{seq:0{self.width}}{self.after}"

    def seq(self, number: str) -> int | None:
        """The running number inside ``number``, None if it was not made by this pattern."""
        middle = number.removeprefix(self.before).removesuffix(self.after)
        if f"{self.before}{middle}{self.after}" != number or not _DIGITS.fullmatch(middle):
            return None
        return int(middle) if self.number(int(middle)) == number else None


_DIGITS = re.compile("[0-9]{1,15}")


def check(pattern: str) -> None:
    """Raise BadPattern with a sentence unless ``pattern`` gives usable numbers."""
    rest = _PLACE.sub("", pattern)
    if "{" in rest or "}" in rest:
        raise BadPattern(
            _("Only {year}, {yy}, {fiscal} and {seq:5} may stand in braces. Check the spelling.")
        )
    sequences = [match for match in _PLACE.finditer(pattern) if match[1].startswith("seq")]
    if len(sequences) != 1:
        raise BadPattern(_("Write {seq:5} once: it becomes the running number with five digits."))
    width = int(sequences[0][2] or 1)
    if not 1 <= width <= WIDEST:
        raise BadPattern(_("The running number can have 1 to 12 digits, like {seq:5}."))
    if "  " in rest or " " in rest or japanese.fold(rest) != rest:
        raise BadPattern(_("Use half-width letters and digits without spaces."))
    if len(rendered(pattern, date(2000, 1, 1)).number(10**WIDEST)) > LONGEST:
        raise BadPattern(_("The numbers would be longer than 40 characters. Shorten the pattern."))


def rendered(pattern: str, day: date) -> Rendered:
    """``pattern`` for a member who joins on ``day``."""
    fiscal = day.year
    if "{fiscal}" in pattern and day.month < Organisation.current().fiscal_year_start:
        fiscal -= 1
    words = {"year": f"{day.year:04}", "yy": f"{day.year % 100:02}", "fiscal": f"{fiscal:04}"}
    before, after, width, behind = "", "", 1, False
    end = 0
    for match in _PLACE.finditer(pattern):
        text = pattern[end : match.start()] + words.get(match[1], "")
        before, after = (before, after + text) if behind else (before + text, after)
        end = match.end()
        if match[1].startswith("seq"):
            behind, width = True, int(match[2] or 1)
    rest = pattern[end:]
    return Rendered(before, after + rest, width) if behind else Rendered(before + rest, "", 1)


def example(pattern: str) -> str:
    """The number that ``pattern`` would give next. Raises BadPattern."""
    check(pattern)
    shape = rendered(pattern, clock.today())
    counter = NumberCounter.objects.filter(prefix=shape.counter).first()
    return _free(shape, counter.last if counter else 0, 1)[0][0]


def next_number(member_type: MemberType, day: date | None = None) -> str:
    """The next number of a type, given away for good when the transaction commits."""
    return next_numbers(member_type, 1, day)[0]


@transaction.atomic
def next_numbers(member_type: MemberType, count: int, day: date | None = None) -> list[str]:
    """``count`` new numbers of a type. Numbers that somebody has already (imported) are skipped."""
    shape = rendered(member_type.number_pattern, day or clock.today())
    NumberCounter.objects.bulk_create(
        [NumberCounter(prefix=shape.counter)], ignore_conflicts=True, unique_fields=None
    )
    counter = NumberCounter.objects.select_for_update().get(prefix=shape.counter)
    numbers, counter.last = _free(shape, counter.last, count)
    counter.save(update_fields=["last"])
    return numbers


def _free(shape: Rendered, last: int, count: int) -> tuple[list[str], int]:
    """``count`` numbers behind ``last`` that nobody has, and the running number of the last."""
    found: list[str] = []
    window = count
    while True:
        candidates = {shape.number(last + i): last + i for i in range(1, window + 1)}
        taken = set(
            Member.objects.filter(number__in=list(candidates)).values_list("number", flat=True)
        )
        for number, seq in candidates.items():
            last = seq
            if number not in taken:
                found.append(number)
                if len(found) == count:
                    return found, last
        window = min(max(window * 8, 64), 20_000)


def never_again(numbers: Iterable[str], days: Iterable[date]) -> None:
    """Move the counters past ``numbers``, whose members are about to be forgotten.

    Numbers that were imported may lie ahead of their counter; it must not reach them later.
    """
    shapes = {
        shape.counter: shape
        for pattern in MemberType.objects.values_list("number_pattern", flat=True)
        for day in {clock.today(), *days}
        for shape in [rendered(pattern, day)]
    }
    for key, shape in shapes.items():
        reached = max((shape.seq(number) or 0 for number in numbers), default=0)
        if not reached:
            continue
        NumberCounter.objects.bulk_create([NumberCounter(prefix=key)], ignore_conflicts=True)
        counter = NumberCounter.objects.select_for_update().get(prefix=key)
        if counter.last < reached:
            counter.last = reached
            counter.save(update_fields=["last"])
