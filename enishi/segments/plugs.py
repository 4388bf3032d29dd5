"""What segments hang into the office: menu, karte, search."""

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from enishi.core.asked import asked
from enishi.members.actions import Use, by_itself, field_used_by, stays
from enishi.members.models import Field, Member
from enishi.ui.registry import Figure, Hit, key_figure, nav_item, panel, search_source

from . import conditions as _conditions  # the condition in_segment
from . import deeds as _deeds  # what can be done with a segment
from . import hearing as _hearing  # reactions to facts
from .models import Group, Score, Segment
from .ready import put_fields

put_fields()
stays("segments_pending")  # asked about anew after a merge
for table in ("segments_segmentmember", "segments_segmentchange", "segments_score"):
    by_itself(table)

nav_item(_("Segments"), "segments:list", "chart-dots", "segments.view", order=30)


@field_used_by
def segments_that_ask(field: Field) -> Iterable[Use]:
    """Segments whose rules name the field."""
    for one in Segment.objects.filter(fields__contains=[f"data.{field.key}"]):
        yield Use(_("Segment"), one.name, one.get_absolute_url())


@panel("karte.facts", order=60, right="segments.view")
def segments_of_member(request: HttpRequest, member: Member) -> str:
    """Which segments the member is in; looked up when the karte is already there."""
    if member.deleted_at is not None:
        return ""
    return render_to_string("segments/office/_panel.html", {"member": member}, request)


@asked
def _score(member: Any) -> QuerySet[Score]:
    return Score.objects.filter(member=member)


@key_figure("karte", order=40, right="segments.view")
def activity_score(_request: HttpRequest, member: Member) -> Figure | None:
    scores = _score.rows(member=member.pk)
    if not scores:
        return None
    score = scores[0]
    note = _("%(group)s: R%(r)s F%(f)s M%(m)s") % {
        "group": Group(score.group).label,
        "r": score.recency,
        "f": score.frequency,
        "m": score.monetary,
    }
    return Figure(_("Activity score"), str(score.activity), note, reverse("segments:scores"))


@search_source(_("Segments"), order=30, right="segments.view")
def find_segments(request: HttpRequest, words: str) -> Iterable[Hit]:
    from .conditions import seen_by

    found = Segment.objects.filter(name__icontains=words[:100])[:8]
    for one in seen_by(found, request.user):  # type: ignore[arg-type]
        yield Hit(one.name, one.get_absolute_url(), one.sentence[:80], "chart-dots")


__all__ = ["_conditions", "_deeds", "_hearing"]
