"""What was to be done, and was done."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from enishi.core.facts import Fact
from enishi.members.models import Member


@dataclass(frozen=True, kw_only=True)
class TaskAdded(Fact):
    """A task was written down. ``member``: whom it is about, if anybody."""

    history = _("%(by)s added the task “%(about)s”")

    member: Member | None
    due_on: date | None


@dataclass(frozen=True, kw_only=True)
class TaskChanged(Fact):
    """A task was changed. ``changes``: field → (old, new)."""

    history = _("%(by)s changed the task “%(about)s”: %(fields)s")

    member: Member | None
    changes: dict[str, tuple[Any, Any]]


@dataclass(frozen=True, kw_only=True)
class TaskDone(Fact):
    """A task was done."""

    history = _("%(by)s did the task “%(about)s”")

    member: Member | None


@dataclass(frozen=True, kw_only=True)
class TaskReopened(Fact):
    """A task that had been done was opened again."""

    history = _("%(by)s opened the task “%(about)s” again")

    member: Member | None


@dataclass(frozen=True, kw_only=True)
class TaskDeleted(Fact):
    """A task was deleted."""

    history = _("%(by)s deleted the task “%(about)s”")

    member: Member | None


@dataclass(frozen=True, kw_only=True)
class TasksMade(Fact):
    """A rule made tasks; ``about`` is the rule."""

    history = _("The rule “%(about)s” made %(count)s tasks")

    count: int


@dataclass(frozen=True, kw_only=True)
class TasksSettled(Fact):
    """Tasks that a rule had made are done by themselves; ``about`` is the rule."""

    history = _("%(count)s tasks of the rule “%(about)s” are done, as their reason is gone")

    count: int


@dataclass(frozen=True, kw_only=True)
class TaskRuleSet(Fact):
    """A rule that makes tasks was added, changed, stopped or used again."""

    history = _("%(by)s changed the task rule “%(about)s”")

    changes: dict[str, tuple[Any, Any]]


@dataclass(frozen=True, kw_only=True)
class LabelsPrinted(Fact):
    """Addresses of members were made into labels or envelopes."""

    history = _("%(by)s made %(labels)s labels: “%(file)s”")

    file: str
    labels: int
