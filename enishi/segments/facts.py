"""What happens to segments, and who comes into them and goes out."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from enishi.core.facts import Fact


@dataclass(frozen=True, kw_only=True)
class SegmentCreated(Fact):
    """A segment was saved for the first time."""

    history = _("%(by)s created the segment “%(about)s”")

    rule: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class SegmentChanged(Fact):
    """A segment was changed. ``version`` is the one that it has now."""

    history = _("%(by)s changed the segment “%(about)s”: %(fields)s")

    changes: dict[str, tuple[Any, Any]]
    version: int


@dataclass(frozen=True, kw_only=True)
class SegmentDeleted(Fact):
    """A segment was deleted."""

    history = _("%(by)s deleted the segment “%(about)s”")

    rule: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class SegmentExceptionMade(Fact):
    """Members were put into a segment by hand, kept out of it, or left to its rule again."""

    history = _("%(by)s changed the exceptions of the segment “%(about)s”: %(count)s members")

    count: int
    included: bool | None
    members: list[int]


@dataclass(frozen=True, kw_only=True)
class SegmentActedOn(Fact):
    """An action on everybody in a segment was started."""

    history = _(
        "%(by)s started “%(action)s” for the segment “%(about)s” (version %(version)s):"
        " %(count)s members"
    )

    action: str
    version: int
    count: int


@dataclass(frozen=True, kw_only=True)
class EnteredSegment(Fact):
    """Members came into a stored segment: one fact for the set.

    Who they were stands in ``SegmentChange`` under the movement; of the first filling only
    ``SegmentMember`` tells. History does not keep it, the movements do.
    """

    in_history = False

    movement: int
    count: int
    version: int
    first: bool = False  # the segment was filled for the first time, or its rule was changed


@dataclass(frozen=True, kw_only=True)
class LeftSegment(Fact):
    """Members went out of a stored segment: one fact for the set, told like EnteredSegment."""

    in_history = False

    movement: int
    count: int
    version: int
    first: bool = False


@dataclass(frozen=True, kw_only=True)
class ScoresComputed(Fact):
    """The scores of members were worked out anew; ``changed`` of them are other than before."""

    in_history = False

    changed: int
