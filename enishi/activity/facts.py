"""What happens to the stream itself."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from enishi.core.facts import Fact


@dataclass(frozen=True, kw_only=True)
class ActivitiesStored(Fact):
    """Activities were stored, or put right: one fact for each set. History does not keep it, the
    stream does.

    ``members`` and ``kinds`` name every member (by id) and kind (by key) in the set; a few of them
    may have had nothing new, where activities were sent again.
    """

    in_history = False

    count: int
    members: frozenset[int]
    kinds: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class KindDeclared(Fact):
    """A kind of activity was declared by the organisation."""

    history = _("%(by)s declared the kind of activity “%(about)s”")

    props: dict[str, str]


@dataclass(frozen=True, kw_only=True)
class KindChanged(Fact):
    """A kind of activity was given another name, further properties or another time to keep."""

    history = _("%(by)s changed the kind of activity “%(about)s”: %(fields)s")

    changes: dict[str, tuple[Any, Any]]


@dataclass(frozen=True, kw_only=True)
class VisitsClaimed(Fact):
    """Visits of an unknown visitor turned out to be a member's."""

    in_history = False

    count: int


@dataclass(frozen=True, kw_only=True)
class TrackingChanged(Fact):
    """How visits are counted, or how long activities are kept, was changed."""

    history = _("%(by)s changed how visits are counted: %(fields)s")

    changes: dict[str, tuple[Any, Any]]


@dataclass(frozen=True, kw_only=True)
class ActivitiesForgotten(Fact):
    """Activities older than the organisation keeps them were deleted."""

    history = _("Activities of before %(before)s were deleted as settings say")

    before: str
    parts: list[str]
    rows: int
