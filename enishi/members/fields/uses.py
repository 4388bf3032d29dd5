"""Where a field is asked about, so that whoever puts it aside knows what would miss it.

Whoever names fields in something of their own registers a source in plugs.py::

    @field_used_by
    def segments(field: Field) -> Iterable[Use]:
        for one in Segment.objects.filter(fields__contains=[f"data.{field.key}"]):
            yield Use(_("Segment"), one.name, one.get_absolute_url())
"""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from enishi.members.models import Field, SavedView

from .computing import using
from .definitions import OWN


@dataclass(frozen=True)
class Use:
    """One place that asks about something: what it is, what it is called, where it is."""

    what: str | Promise
    name: str
    url: str = ""

    def __str__(self) -> str:
        return _("%(what)s “%(name)s”") % {"what": self.what, "name": self.name}


Source = Callable[[Field], Iterable[Use]]
_sources: list[Source] = []


def field_used_by(source: Source) -> Source:
    """Register who asks about fields of members."""
    _sources.append(source)
    return source


def uses_of_field(field: Field) -> list[Use]:
    """What would miss the field if it were put aside."""
    found = [Use(_("Computed"), str(one)) for one in using(field)]
    if not field.table:
        for source in _sources:
            found += source(field)
    return found


def names(rule: Any, key: str) -> bool:
    """Whether a rule, however deep in it, asks about the field."""
    return json.dumps(OWN + key, ensure_ascii=False) in json.dumps(rule, ensure_ascii=False)


@field_used_by
def saved_views(field: Field) -> Iterator[Use]:
    """Views that show it, sort by it or ask about it. Those of others are told without name."""
    address, key = reverse("members:list"), OWN + field.key
    for view in SavedView.objects.present():
        asked = key in view.columns or view.sort.removeprefix("-") == key
        if asked or (view.rule and names(view.rule, field.key)):
            shared = Use(_("Saved view"), view.name, f"{address}?view={view.pk}")
            yield shared if view.shared else Use(_("Saved view"), _("a personal one"))
