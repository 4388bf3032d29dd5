"""What happened to saved views, and to one field of many members."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from enishi.core.facts import Fact


@dataclass(frozen=True, kw_only=True)
class ViewSaved(Fact):
    """A view of the list was saved under a name."""

    history = _("%(by)s saved the view “%(about)s”")

    shared: bool


@dataclass(frozen=True, kw_only=True)
class ViewChanged(Fact):
    """A saved view was changed: its name, rule, columns, order or reach (``parts``)."""

    history = _("%(by)s changed the view “%(about)s”")

    parts: list[str]


@dataclass(frozen=True, kw_only=True)
class ViewDeleted(Fact):
    """A saved view was deleted."""

    history = _("%(by)s deleted the view “%(about)s”")


@dataclass(frozen=True, kw_only=True)
class ViewRestored(Fact):
    """A deleted view was taken back."""

    history = _("%(by)s took the view “%(about)s” back")


@dataclass(frozen=True, kw_only=True)
class FieldSetOnMany(Fact):
    """One field of many members was set to one value in one go. ``about``: the bulk change, which
    keeps who they were and what stood there."""

    history = _("%(by)s set “%(field)s” to “%(shown)s” on %(count)s members")

    field: str
    shown: str
    count: int


@dataclass(frozen=True, kw_only=True)
class BulkEditUndone(Fact):
    """A change of many members was undone. ``left_out``: those changed by somebody since."""

    history = _("%(by)s undid a change of “%(field)s” on %(count)s members")

    field: str
    count: int
    left_out: int
