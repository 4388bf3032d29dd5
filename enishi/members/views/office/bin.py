"""The bin: members that were deleted, and the way back."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from enishi.accounts.permissions import OfficeRequest, requires
from enishi.core.pages import BadCursor, page
from enishi.members import actions
from enishi.members.models import Member
from enishi.ui import toasts


@requires("members.delete")
@require_GET
def deleted(request: OfficeRequest) -> HttpResponse:
    """Everybody in the bin, the latest first."""
    rows = Member.objects.binned().select_related("type")
    try:
        found = page(rows, sort=["-deleted_at"], cursor=request.GET.get("cursor", ""))
    except BadCursor:
        return redirect("members:bin")
    return render(request, "members/office/bin.html", {"page": found})


@requires("members.delete")
@require_POST
def deletion(request: OfficeRequest, pk: int) -> HttpResponse:
    """Put a member into the bin."""
    member = get_object_or_404(Member.objects.present(), pk=pk)
    actions.delete(member, by=request.user)
    toasts.say(
        request,
        _("%(name)s was put into the bin.") % {"name": member.name},
        undo=reverse("members:restoration", args=[pk]),
    )
    return redirect("members:list")


@requires("members.delete")
@require_POST
def restoration(request: OfficeRequest, pk: int) -> HttpResponse:
    """Take a member out of the bin."""
    member = get_object_or_404(Member.objects.binned(), pk=pk)
    actions.restore(member, by=request.user)
    toasts.say(request, _("%(name)s is back on the roll.") % {"name": member.name})
    return redirect("members:karte", pk)
