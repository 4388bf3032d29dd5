"""Members who were found to be one, or not to be."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from enishi.core.facts import Fact
from enishi.members.models import Member


@dataclass(frozen=True, kw_only=True)
class MembersMerged(Fact):
    """``dropped`` became a part of ``about``, who has its ``number`` as a further one now."""

    history = _("%(by)s merged %(dropped)s into %(about)s")

    dropped: Member
    number: str
    merge: int
    changes: dict[str, Any]
    version: int = 0


@dataclass(frozen=True, kw_only=True)
class MergeUndone(Fact):
    """A merge was undone: ``dropped`` is a member again. ``left``: rows that could not go back."""

    history = _("%(by)s undid the merge of %(dropped)s into %(about)s")

    dropped: Member
    number: str
    merge: int
    left: int
    changes: dict[str, Any]
    version: int = 0


@dataclass(frozen=True, kw_only=True)
class FoundNotSame(Fact):
    """Two members who look alike were found to be two."""

    history = _("%(by)s noted that %(about)s and %(other)s are not the same")

    other: Member


@dataclass(frozen=True, kw_only=True)
class FoundPerhapsSame(Fact):
    """The note that two members are not the same was taken back."""

    history = _("%(by)s took back that %(about)s and %(other)s are not the same")

    other: Member
