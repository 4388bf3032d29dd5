"""What is done with a selection of rows, or with everybody who fits the filters; tags of one."""

from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from enishi.accounts.models import User
from enishi.accounts.permissions import OfficeRequest, requires
from enishi.core import jobs
from enishi.core.pages import BadCursor, page
from enishi.core.refusals import Refusal
from enishi.members import actions
from enishi.members.fields import visible_fields
from enishi.members.forms.bulk import BulkValueForm
from enishi.members.listing import Listing
from enishi.members.models import BulkEdit, Tag
from enishi.ui import toasts
from enishi.ui.htmx import fresh_page
from enishi.ui.written import number

from .contacts import back, member_of
from .filters import addressed, pairs
from .selection import filters_of, kept, members_of


def _to_list(request: OfficeRequest) -> HttpResponse:
    return redirect(addressed(pairs(request.POST)))


def _begun(request: OfficeRequest, begin: Callable[[], BulkEdit], said: str) -> HttpResponse:
    """Begin a change of many: done at once with a way back, or shown while it is made."""
    try:
        edit = begin()
    except Refusal as no:
        toasts.refuse(request, str(no))
        return _to_list(request)
    if edit.count is None:
        return redirect("members:bulk", edit.pk)
    undo = reverse("members:bulk_undo", args=[edit.pk]) if edit.count else ""
    words = ngettext("%(what)s: %(n)s member.", "%(what)s: %(n)s members.", edit.count)
    toasts.say(request, words % {"what": said, "n": number(edit.count)}, undo=undo)
    return _to_list(request)


@requires("members.edit")
@require_http_methods(["GET", "POST"])
def tags(request: OfficeRequest) -> HttpResponse:
    """Put a tag on the selection, or take it off; GET is the menu for it."""
    if request.method == "GET":
        return render(request, "members/office/_bulk_tag.html", {"all_tags": Tag.objects.all()})
    name = request.POST.get("tag_name", "").strip()
    off = request.POST.get("do") == "off"
    if not name:
        toasts.say(request, _("Write or choose a tag first."))
        return _to_list(request)
    if off and not Tag.objects.filter(name=name).exists():
        toasts.say(request, _("There is no tag “%(tag)s”.") % {"tag": name[:50]})
        return _to_list(request)

    def begin() -> BulkEdit:
        tag = actions.tag_named(name, by=request.user)
        return actions.tag_many(tag, off=off, filters=filters_of(request), by=request.user)

    words = _("“%(tag)s” taken off") if off else _("“%(tag)s” put on")
    return _begun(request, begin, words % {"tag": name})


@requires("members.edit")
@require_http_methods(["GET", "POST"])
def owner(request: OfficeRequest) -> HttpResponse:
    """Give the selection to an owner, or to nobody; GET is the menu for it."""
    staff = User.objects.filter(is_staff=True, is_active=True).order_by("name", "pk")
    if request.method == "GET":
        return render(request, "members/office/_bulk_owner.html", {"staff": staff})
    chosen = request.POST.get("owner_to", "")
    to = get_object_or_404(staff, pk=chosen) if chosen.isascii() and chosen.isdigit() else None

    def begin() -> BulkEdit:
        return actions.set_on_many("owner", to, filters=filters_of(request), by=request.user)

    return _begun(request, begin, _("Owner: %(owner)s") % {"owner": to or _("nobody")})


@requires("members.edit")
@require_POST
def field(request: OfficeRequest) -> HttpResponse:
    """Set a field of the selection: choose it, write the value, see how many change, do it."""
    known = actions.bulk_fields(request.user)
    definition = known.get(request.POST.get("field", ""))
    step = request.POST.get("step", "")
    form = problem = effect = None
    value: Any = None
    if definition is not None:
        form = BulkValueForm(request.POST if step else None, definition=definition)
        if step and form.is_valid():
            value = form.cleaned_data["value"]
            try:
                if step == "change" and request.POST.get("seen") == str(value):
                    filters = filters_of(request)
                    return _begun(
                        request,
                        lambda: actions.set_on_many(
                            definition.key, value, filters=filters, by=request.user
                        ),
                        _("%(field)s changed") % {"field": definition.label},
                    )
                effect = actions.bulk_effect(
                    members_of(request), definition.key, value, request.user
                )
            except actions.Invalid as invalid:
                form.add_error("value", invalid.errors.get("value", str(invalid)))
            except Refusal as no:
                problem = str(no)
    listing = Listing(request.POST, by=request.user) if request.POST.get("all") else None
    context = {
        "fields": [(key, one.label) for key, one in known.items()],
        "field": definition,
        "form": form,
        "effect": effect,
        "seen": str(value),  # what the count was made for
        "problem": problem,
        "kept": [pair for pair in kept(request) if pair[0] != "value"],
        "ticked": len(request.POST.getlist("ids")) if listing is None else 0,
        "said": listing.said if listing is not None else [],
        "search": listing.text if listing is not None else "",
        "back_url": addressed(pairs(request.POST)),
    }
    wrong = form is not None and bool(form.errors) and step != ""
    return render(request, "members/office/bulk_field.html", context, status=422 if wrong else 200)


# Changes of many that were made


@requires("members.edit")
@require_GET
def changes(request: OfficeRequest) -> HttpResponse:
    """What was changed on many members, the latest first, with a way back."""
    rows = BulkEdit.objects.select_related("by", "job", "undo_job")
    try:
        found = page(rows, sort=["-at"], cursor=request.GET.get("cursor", ""), limit=50)
    except BadCursor:
        return redirect("members:bulk_changes")
    labels = _labels(request)
    lines = [_told(edit, labels) for edit in found.items]
    return render(request, "members/office/bulk_changes.html", {"page": found, "lines": lines})


@requires("members.edit")
@require_GET
def change(request: OfficeRequest, pk: int) -> HttpResponse:
    """One of them: how far it is, what came of it."""
    edit = get_object_or_404(BulkEdit.objects.select_related("by", "job", "undo_job"), pk=pk)
    template = "bulk.html" if "HX-Request" not in request.headers else "_bulk_progress.html"
    context = _told(edit, _labels(request))
    if template == "_bulk_progress.html" and not context["busy"]:
        return fresh_page()
    return render(request, f"members/office/{template}", context)


@requires("members.edit")
@require_POST
def cancellation(request: OfficeRequest, pk: int) -> HttpResponse:  # noqa: ARG001
    """Stop a change that is being made; nothing has happened then."""
    edit = get_object_or_404(BulkEdit.objects.select_related("job", "undo_job"), pk=pk)
    for job in (edit.job, edit.undo_job):
        if job is not None and job.is_open:
            jobs.cancel(job)
    return redirect("members:bulk", pk)


@requires("members.edit")
@require_POST
def undo(request: OfficeRequest, pk: int) -> HttpResponse:
    """Put back what stood there before."""
    edit = get_object_or_404(BulkEdit, pk=pk)
    try:
        edit = actions.undo_bulk_edit(edit, by=request.user)
    except Refusal as no:
        toasts.refuse(request, str(no))
    else:
        if edit.undone_at is not None:
            toasts.say(request, _undone(edit))
    return redirect("members:bulk", pk)


def _undone(edit: BulkEdit) -> str:
    if not edit.left_out:
        return str(_("The change was undone."))
    words = ngettext(
        "The change was undone; %(n)s member who was changed since was left alone.",
        "The change was undone; %(n)s members who were changed since were left alone.",
        edit.left_out,
    )
    return words % {"n": number(edit.left_out)}


def _labels(request: OfficeRequest) -> dict[str, str]:
    return {key: str(one.label) for key, one in visible_fields(request.user).items()}


def _told(edit: BulkEdit, labels: Mapping[str, str]) -> dict[str, Any]:
    """A change of many as the pages show it."""
    busy = next((job for job in (edit.undo_job, edit.job) if job is not None and job.is_open), None)
    ended = edit.job if edit.count is None else None
    hidden = edit.field not in labels and edit.field != "tags"
    words = {
        BulkEdit.Verb.SET: _("%(field)s → %(value)s"),
        BulkEdit.Verb.PUT: _("Tag “%(value)s” put on"),
        BulkEdit.Verb.TAKE: _("Tag “%(value)s” taken off"),
    }[BulkEdit.Verb(edit.verb)]
    value = _("(empty)") if not edit.shown else edit.shown
    return {
        "edit": edit,
        "what": _("A field that you may not see")
        if hidden
        else words % {"field": labels.get(edit.field, ""), "value": value},
        "busy": busy,
        "ended": ended,
        "undone": _undone(edit) if edit.undone_at is not None else "",
        "may_undo": bool(edit.count) and edit.undone_at is None and busy is None and not hidden,
    }


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
            toasts.refuse(request, str(no))
    had = set(Tag.objects.filter(member_links__member=member))
    for tag in wanted - had:
        actions.put_tag(member, tag, by=request.user)
    for tag in had - wanted:
        actions.take_tag(member, tag, by=request.user)
    return back(pk)
