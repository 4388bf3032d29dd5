"""How frequent names, days and towns are on the roll: a shared rare name says more.

The likelihoods of P. Fellegi and A. B. Sunter, A Theory for Record Linkage (1969): agreement on a
value counts by how seldom two strangers would share it.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from math import log
from typing import Any

from enishi.core.japanese.surnames import FREQUENT
from enishi.members.models import DuplicateScan

from .folding import Person, kanji

SMALLEST = 1_000  # a roll of three still has the whole country around it
BELIEF = 2_000  # how many members' worth what is known beforehand weighs
RARE_FAMILY = 0.000_05
COMMON_FAMILY = 0.002
USUAL_GIVEN = 0.000_7
DAYS = 25_000  # of birth, among the living
KEPT_NAMES = 3_000
ENTERED_TWICE = 0.02  # one member in a hundred; pairs are half of members × members


@dataclass
class Odds:
    """Counts over ``members``. ``shared`` holds telephones and e-mails of three or more members."""

    members: int = 0
    families: Mapping[str, int] = field(default_factory=dict)
    givens: Mapping[str, int] = field(default_factory=dict)
    family_kana: Mapping[str, int] = field(default_factory=dict)
    given_kana: Mapping[str, int] = field(default_factory=dict)
    firms: Mapping[str, int] = field(default_factory=dict)
    births: Mapping[str, int] = field(default_factory=dict)
    cities: Mapping[str, int] = field(default_factory=dict)
    shared: Mapping[str, int] = field(default_factory=dict)
    floors: Mapping[str, int] = field(default_factory=dict)  # what is not kept is at most so often

    @property
    def prior(self) -> float:
        """Log odds that any two members are one person, nothing being known of them."""
        return log(ENTERED_TWICE / max(self.members, SMALLEST))

    def _share(self, of: str, value: str, believed: float) -> float:
        """The part of all people who have the value, the two in question not counted twice."""
        counts: Mapping[str, int] = getattr(self, of)
        seen = max(counts.get(value, self.floors.get(of, 0)) - 1, 0)
        return (seen + BELIEF * believed) / (self.members + BELIEF)

    def family(self, name: str) -> float:
        return self._share("families", name, _believed_family(name))

    def given(self, name: str) -> float:
        return self._share("givens", name, USUAL_GIVEN)

    def family_sound(self, sound: str) -> float:
        return self._share("family_kana", sound, COMMON_FAMILY)

    def given_sound(self, sound: str) -> float:
        return self._share("given_kana", sound, 2 * USUAL_GIVEN)

    def firm(self, name: str) -> float:
        return self._share("firms", name, RARE_FAMILY)

    def birth(self, day: str) -> float:
        return self._share("births", day, 1 / DAYS)

    def city(self, name: str) -> float:
        return self._share("cities", name, 0.002)

    def sharing(self, value: str) -> int:
        """How many members have this telephone or e-mail; two where nobody has counted."""
        return max(self.shared.get(value, 2), 2)

    def as_json(self) -> dict[str, Any]:
        """For the scan's row: what is frequent, and how frequent the rest is at most."""
        kept = {name: Counter(getattr(self, name)).most_common(KEPT_NAMES) for name in _COUNTED}
        return {
            "members": self.members,
            "floors": {
                name: found[-1][1] for name, found in kept.items() if len(found) == KEPT_NAMES
            },
            **{name: dict(found) for name, found in kept.items()},
        }

    @classmethod
    def current(cls) -> "Odds":
        """As the newest scan found them; without one, what is known of the country."""
        kept = DuplicateScan.objects.values_list("odds", flat=True).first()
        return cls(**kept) if kept else cls()


_COUNTED = tuple("families givens family_kana given_kana firms births cities shared".split())


class Counts:
    """Counts members one by one into Odds."""

    def __init__(self) -> None:
        self.members = 0
        self._of = {name: Counter[str]() for name in _COUNTED}

    def add(self, one: Person) -> None:
        of = self._of
        self.members += 1
        if one.is_firm:
            of["firms"][one.firm] += 1
        else:
            of["families"][one.family] += 1
            of["givens"][one.given] += 1
            of["family_kana"][one.family_kana] += 1
            of["given_kana"][one.given_kana] += 1
            if one.birth is not None:
                of["births"][one.birth.isoformat()] += 1
        of["cities"][one.address.city] += 1

    def odds(self, shared: Iterable[tuple[str, int]] = ()) -> Odds:
        counted: dict[str, Any] = {**self._of, "shared": dict(shared)}
        return Odds(members=self.members, **counted)


@cache
def _ranks() -> dict[str, int]:
    return {kanji(name): rank for rank, name in reversed(list(enumerate(FREQUENT)))}


def _believed_family(name: str) -> float:
    """Roughly how many of the country have a surname: the list is in the order of frequency."""
    rank = _ranks().get(name)
    return RARE_FAMILY if rank is None else 0.015 / (1 + rank / 12)
