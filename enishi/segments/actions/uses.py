"""Where segments are used. Whoever uses one registers a source::

@used_by
def campaigns(segments):      # ids; all at once, never one query a segment
    for campaign in Campaign.objects.filter(segment__in=segments):
        yield campaign.segment_id, Use(_("Campaign"), campaign.name, campaign.get_absolute_url())
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from enishi.members.actions import Use
from enishi.members.models import SavedView
from enishi.segments.models import Segment

Source = Callable[[Collection[int]], Iterable[tuple[int, Use]]]
_sources: list[Source] = []


def used_by(source: Source) -> Source:
    """Register who uses segments: a function (ids) → pairs of id and Use."""
    _sources.append(source)
    return source


def uses_of(segments: Iterable[Segment]) -> dict[int, list[Use]]:
    """All uses by segment, with one question to each source."""
    ids = {segment.pk for segment in segments}
    found: dict[int, list[Use]] = defaultdict(list)
    if ids:
        for source in _sources:
            for pk, use in source(ids):
                if pk in ids:
                    found[pk].append(use)
    return found


@used_by
def other_segments(segments: Collection[int]) -> Iterable[tuple[int, Use]]:
    """Segments that ask about others."""
    for above in Segment.objects.filter(parents__overlap=list(segments)):
        for pk in above.parents:
            yield pk, Use(_("Segment"), above.name, above.get_absolute_url())


@used_by
def saved_views(segments: Collection[int]) -> Iterable[tuple[int, Use]]:
    """Saved views of the list of members that ask about segments."""
    address = reverse("members:list")
    for view in SavedView.objects.present().filter(rule__isnull=False):
        for pk in named_in(view.rule):
            if pk in segments:
                shared = Use(_("Saved view"), view.name, f"{address}?view={view.pk}")
                yield pk, shared if view.shared else Use(_("Saved view"), str(_("a personal one")))


def named_in(rule: Any) -> Iterator[int]:
    """The segments that a tree names, wherever in it."""
    if isinstance(rule, Mapping):
        if isinstance(found := rule.get("in_segment"), int):
            yield found
        for inner in rule.values():
            yield from named_in(inner)
    elif isinstance(rule, list):
        for inner in rule:
            yield from named_in(inner)
