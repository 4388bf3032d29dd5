"""What is done with a selection of rows, or with everybody who fits the filters; tags of one."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from enishi.accounts.models import User
from enishi.accounts.permissions import OfficeRequest, requires
from enishi.members import actions
from enishi.members.listing import Listing
from enishi.members.models import Member, MemberQuerySet, Tag
from enishi.ui import toasts
from enishi.ui.written import number

from .contacts import back, member_of
from .filters import addressed, pairs


def _selected(request: OfficeRequest) -> MemberQuerySet:
    """The ticked rows; with ``all`` everybody who fits the filters that travelled along."""
    if request.POST.get("all"):
        listing = Listing(request.POST, by=request.user)
        # A filter that cannot be read must not turn "those" into "everybody".
        return Member.objects.none() if listing.problems else listing.matching
    ids = [int(pk) for pk in request.POST.getlist("ids")[:1000] if pk.isascii() and pk.isdigit()]
    return Member.objects.present().filter(pk__in=ids)


def _to_list(request: OfficeRequest) -> HttpResponse:
    return redirect(addressed(pairs(request.POST)))


@requires("members.edit")
@require_http_methods(["GET", "POST"])
def tags(request: OfficeRequest) -> HttpResponse:
    """Put a tag on the selection, or take it off; GET is the menu for it."""
    if request.method == "GET":
        return render(request, "members/office/_bulk_tag.html", {"all_tags": Tag.objects.all()})
    name = request.POST.get("tag_name", "").strip()
    if not name:
        toasts.say(request, _("Write or choose a tag first."))
        return _to_list(request)
    if request.POST.get("do") == "off":
        tag = Tag.objects.filter(name=name).first()
        count = actions.take_tag_off(_selected(request), tag, by=request.user) if tag else 0
        said = ngettext(
            "“%(tag)s” was taken off %(n)s member.", "“%(tag)s” was taken off %(n)s members.", count
        )
    else:
        try:
            tag = actions.tag_named(name, by=request.user)
        except actions.Refused as no:
            toasts.say(request, str(no))
            return _to_list(request)
        count = actions.put_tag_on(_selected(request), tag, by=request.user)
        said = ngettext(
            "“%(tag)s” was put on %(n)s member.", "“%(tag)s” was put on %(n)s members.", count
        )
    toasts.say(request, said % {"tag": name, "n": number(count)})
    return _to_list(request)


@requires("members.edit")
@require_http_methods(["GET", "POST"])
def owner(request: OfficeRequest) -> HttpResponse:
    """Give the selection to an owner, or to nobody; GET is the menu for it."""
    staff = User.objects.filter(is_staff=True, is_active=True).order_by("name", "pk")
    if request.method == "GET":
        return render(request, "members/office/_bulk_owner.html", {"staff": staff})
    chosen = request.POST.get("owner_to", "")
    to = get_object_or_404(staff, pk=chosen) if chosen.isascii() and chosen.isdigit() else None
    count = actions.give_owner(_selected(request), to, by=request.user)
    said = ngettext(
        "%(n)s member now has the owner %(owner)s.",
        "%(n)s members now have the owner %(owner)s.",
        count,
    )
    toasts.say(request, said % {"n": number(count), "owner": to or _("nobody")})
    return _to_list(request)


@requires("members.edit")
@require_POST
def tags_of(request: OfficeRequest, pk: int) -> HttpResponse:
    """The tags of one member, as ticked; ``new`` makes one."""
    member = member_of(pk)
    ids = [int(one) for one in request.POST.getlist("tags") if one.isascii() and one.isdigit()]
    wanted = set(Tag.objects.filter(pk__in=ids))
    if new := request.POST.get("new", "").strip():
        try:
            wanted.add(actions.tag_named(new, by=request.user))
        except actions.Refused as no:
            toasts.say(request, str(no))
    had = set(Tag.objects.filter(member_links__member=member))
    for tag in wanted - had:
        actions.put_tag(member, tag, by=request.user)
    for tag in had - wanted:
        actions.take_tag(member, tag, by=request.user)
    return back(pk)
