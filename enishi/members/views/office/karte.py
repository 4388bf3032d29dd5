"""The karte (会員カルテ): everything that the office knows about one member."""

from typing import Any

import segno
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_GET

from enishi.accounts.permissions import OfficeRequest, requires
from enishi.core.asked import asked
from enishi.members.around import around
from enishi.members.fields import as_seen
from enishi.members.merged import LARGEST_ID
from enishi.members.models import Member, Status, Tag
from enishi.ui.registry import figures_for, panels_for, tabs_for, warnings_for

from .contacts import back
from .status import steps_for
from .timeline import timeline_of
from .words import TONES, tenure


@asked
def _by_id(pk: Any) -> QuerySet[Member]:
    return Member.objects.select_related("type", "owner").filter(pk=pk)


@asked
def _all_tags() -> QuerySet[Tag]:
    return Tag.objects.all()


def _member(pk: int) -> Member:
    """Also one that lies in the bin: whoever has the link learns where the member went."""
    found = _by_id.rows(pk=pk) if pk <= LARGEST_ID else []
    if not found:
        raise Http404
    return found[0]


@requires("members.view")
@require_GET
def karte(request: OfficeRequest, pk: int) -> HttpResponse:
    member = _member(pk)
    if member.merged_into_id is not None:
        return redirect("members:karte", member.merged_into_id)
    member = as_seen(member, request.user)
    may_edit = request.user.has_right("members.edit")
    context = {
        "member": member,
        "tone": TONES[Status(member.status)],
        "tenure": tenure(member),
        "tags": list(
            Tag.objects.filter(member_links__member=member) if "tags" in around(member) else ()
        ),
        "all_tags": _all_tags.rows() if may_edit else [],
        "may_edit": may_edit and member.deleted_at is None,
        "may_delete": request.user.has_right("members.delete"),
        "steps": steps_for(member) if may_edit else [],
        "back": reverse("members:list"),
        "quick": panels_for("karte.quick", request, member),
        "facts": panels_for("karte.facts", request, member),
        "warnings": warnings_for("karte", request, member),
        "figures": figures_for("karte", request, member),
        "tabs": tabs_for("karte", request, member),
        "may_add_tasks": request.user.has_right("tasks.edit"),
    }
    return render(request, "members/office/karte.html", context)


@requires("members.view")
@require_GET
def timeline(request: OfficeRequest, pk: int) -> HttpResponse:
    """A part of the timeline for htmx; without htmx the karte shows it."""
    if request.headers.get("HX-Request") != "true":
        return back(pk, "timeline")
    part = "timeline_entries" if request.GET.get("before") else "timeline"
    context = timeline_of(request, _member(pk))
    return render(request, f"members/office/panels/{part}.html", context)


@requires("members.view")
@require_GET
def card(request: OfficeRequest, pk: int) -> HttpResponse:
    """The member card (会員証): name, type, number, and the number as a QR code."""
    member = as_seen(_member(pk), request.user)
    drawing = segno.make(member.number, error="m").svg_inline(
        scale=4, border=2, omitsize=True, svgclass="qr", lineclass=None
    )
    context = {"member": member, "qr": mark_safe(drawing)}  # noqa: S308 - drawn by segno
    return render(request, "members/office/card.html", context)
