"""How members came to belong together, and how that ended."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from enishi.core.facts import Fact
from enishi.members.models import Household, Member


@dataclass(frozen=True, kw_only=True)
class HouseholdMade(Fact):
    """A household was made."""

    history = _("%(by)s made the household “%(about)s”")

    name: str


@dataclass(frozen=True, kw_only=True)
class HouseholdChanged(Fact):
    """Name, number or note of a household were changed. ``changes``: field → (old, new)."""

    history = _("%(by)s changed the household “%(about)s”: %(fields)s")

    changes: dict[str, tuple[Any, Any]]


@dataclass(frozen=True, kw_only=True)
class HouseholdDissolved(Fact):
    """A household was deleted; its people stay on the roll."""

    history = _("%(by)s deleted the household “%(about)s”")

    members: list[int]


@dataclass(frozen=True, kw_only=True)
class HouseholdJoined(Fact):
    """A member came into a household."""

    history = _("%(by)s added %(about)s to the household “%(household)s”")

    household: Household
    kinship: str
    pays: bool


@dataclass(frozen=True, kw_only=True)
class HouseholdPlaceChanged(Fact):
    """The kinship, the payer or the dates of somebody in a household were changed."""

    history = _("%(by)s changed the place of %(about)s in the household “%(household)s”")

    household: Household
    changes: dict[str, tuple[Any, Any]]


@dataclass(frozen=True, kw_only=True)
class HouseholdLeft(Fact):
    """A member left a household; ``on`` is the first day outside it."""

    history = _("%(by)s recorded that %(about)s left the household “%(household)s”")

    household: Household
    on: date


@dataclass(frozen=True, kw_only=True)
class SeatsSet(Fact):
    """How many people an organisation may name was set; ``seats`` None: as many as it likes."""

    history = _("%(by)s set the number of seats of %(about)s")

    seats: int | None
    before: int | None


@dataclass(frozen=True, kw_only=True)
class AffiliationBegan(Fact):
    """A person came to belong to an organisation."""

    history = _("%(by)s recorded that %(about)s belongs to %(organisation)s")

    organisation: Member
    posts: list[str]
    has_seat: bool


@dataclass(frozen=True, kw_only=True)
class AffiliationChanged(Fact):
    """Posts, position, seat or dates of somebody in an organisation were changed."""

    history = _("%(by)s changed the post of %(about)s at %(organisation)s")

    organisation: Member
    changes: dict[str, tuple[Any, Any]]


@dataclass(frozen=True, kw_only=True)
class AffiliationEnded(Fact):
    """A person no longer belongs to an organisation from ``on`` on."""

    history = _("%(by)s recorded that %(about)s left %(organisation)s")

    organisation: Member
    on: date


@dataclass(frozen=True, kw_only=True)
class GuardianNamed(Fact):
    """Somebody answers for a minor."""

    history = _("%(by)s recorded %(guardian)s as guardian of %(about)s")

    guardian: Member
    tie: str


@dataclass(frozen=True, kw_only=True)
class GuardianshipChanged(Fact):
    """The kinship or the dates of a guardian were changed."""

    history = _("%(by)s changed the record of %(guardian)s as guardian of %(about)s")

    guardian: Member
    changes: dict[str, tuple[Any, Any]]


@dataclass(frozen=True, kw_only=True)
class GuardianshipEnded(Fact):
    """Somebody no longer answers for a minor from ``on`` on."""

    history = _("%(by)s recorded that %(guardian)s is no longer guardian of %(about)s")

    guardian: Member
    on: date


@dataclass(frozen=True, kw_only=True)
class RelationRemoved(Fact):
    """A relation that had been recorded by mistake was taken out."""

    history = _("%(by)s took out a relation of %(about)s that had been recorded by mistake")

    kind: str  # household, affiliation or guardianship
    other: Household | Member
