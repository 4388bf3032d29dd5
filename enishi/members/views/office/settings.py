"""Settings of the roll: member types, leave reasons, tags. Own fields: see ``own_fields``."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from enishi.accounts.permissions import OfficeRequest, requires
from enishi.members import actions, numbers
from enishi.members.forms.settings import LeaveReasonForm, MemberTypeForm, TagForm
from enishi.members.models import (
    LeaveReason,
    Member,
    MemberTag,
    MemberType,
    StatusPeriod,
    Tag,
)
from enishi.ui import toasts
from enishi.ui.clashes import saved

TEMPLATES = "members/office/settings"


def _counted(rows: Any, link: str) -> Coalesce:
    """How many of ``rows`` point to the outer row through ``link``, 0 for none."""
    counts = rows.filter(**{link: OuterRef("pk")}).order_by().values(link).annotate(n=Count("pk"))
    return Coalesce(Subquery(counts.values("n")), 0)


@requires("members.configure")
@require_GET
def types(request: OfficeRequest) -> HttpResponse:
    found = list(MemberType.objects.annotate(count=_counted(Member.objects.present(), "type")))
    lines = [
        {"row": one, "example": _example(one.number_pattern).get("example", "")} for one in found
    ]
    return render(request, f"{TEMPLATES}/types.html", {"lines": lines})


@requires("members.configure")
def type_new(request: OfficeRequest) -> HttpResponse:
    initial = {"number_pattern": MemberType._meta.get_field("number_pattern").default}
    form = MemberTypeForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        if kept(form, lambda: actions.add_type(**said, by=request.user)):
            toasts.say(request, _("The member type was added."))
            return redirect("members:types")
    return _type_form(request, form, None)


@requires("members.configure")
def type_edit(request: OfficeRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(MemberType, pk=pk)

    def now(row: MemberType) -> dict[str, Any]:
        return {
            "name": row.name,
            "for_organisations": row.for_organisations,
            "number_pattern": row.number_pattern,
        }

    form = MemberTypeForm(request.POST or None, initial=now(found), instance=found)
    answer = saved(
        request,
        form,
        locked=lambda: MemberType.objects.select_for_update().get(pk=pk),
        now=now,
        save=lambda row: actions.edit_type(row, **form.cleaned_data, by=request.user),
        heading=found.name,
        back=reverse("members:types"),
        said=_("The member type was saved."),
    )
    if answer is not None:
        return answer
    return _type_form(request, form, found)


def _type_form(
    request: OfficeRequest, form: MemberTypeForm, found: MemberType | None
) -> HttpResponse:
    context = {"form": form, "type": found, **_example(form["number_pattern"].value() or "")}
    code = 422 if form.is_bound else 200
    return render(request, f"{TEMPLATES}/type.html", context, status=code)


def _example(pattern: str) -> dict[str, Any]:
    try:
        return {"example": numbers.example(pattern)}
    except numbers.BadPattern as bad:
        return {"problem": bad.reason}


def kept(form: forms.Form, act: Callable[[], object]) -> bool:
    """Whether ``act`` went through; what it refuses stands beside the fields."""
    try:
        act()
    except actions.Invalid as invalid:
        for name, sentence in invalid.errors.items():
            form.add_error(name if name in form.fields else None, sentence)
    except actions.Refused as no:
        form.add_error("name" if "name" in form.fields else None, str(no))
    else:
        return True
    return False


@requires("members.configure")
@require_GET
def number_example(request: OfficeRequest) -> HttpResponse:
    """The number that the pattern in ``?number_pattern=`` would give next."""
    context = _example(request.GET.get("number_pattern", "")[:60])
    return render(request, f"{TEMPLATES}/_example.html", context)


@requires("members.configure")
@require_POST
def type_retirement(request: OfficeRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(MemberType, pk=pk)
    try:
        actions.retire_type(found, retired=bool(request.POST.get("retired")), by=request.user)
    except actions.Refused as no:
        toasts.refuse(request, str(no))
    return redirect("members:types")


@requires("members.configure")
@require_POST
def type_place(request: OfficeRequest, pk: int) -> HttpResponse:
    """Move a type one place up or down in the lists."""
    actions.move_type(get_object_or_404(MemberType, pk=pk), step_of(request), by=request.user)
    return redirect("members:types")


def step_of(request: OfficeRequest) -> int:
    """-1 for a press on "up", +1 for one on "down"."""
    return -1 if request.POST.get("to") == "up" else 1


@requires("members.configure")
def reasons(request: OfficeRequest) -> HttpResponse:
    form = LeaveReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        if kept(form, lambda: actions.add_leave_reason(**said, by=request.user)):
            toasts.say(request, _("The leave reason was added."))
            return redirect("members:reasons")
    found = LeaveReason.objects.annotate(count=_counted(StatusPeriod.objects.all(), "reason"))
    code = 422 if form.is_bound else 200
    return render(
        request, f"{TEMPLATES}/reasons.html", {"form": form, "reasons": found}, status=code
    )


@requires("members.configure")
def reason(request: OfficeRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(LeaveReason, pk=pk)
    form = LeaveReasonForm(request.POST or None, initial={"name": found.name}, instance=found)
    answer = saved(
        request,
        form,
        locked=lambda: LeaveReason.objects.select_for_update().get(pk=pk),
        now=lambda row: {"name": row.name},
        save=lambda row: actions.edit_leave_reason(row, **form.cleaned_data, by=request.user),
        heading=found.name,
        back=reverse("members:reasons"),
        said=_("The leave reason was saved."),
    )
    if answer is not None:
        return answer
    code = 422 if form.is_bound else 200
    return render(request, f"{TEMPLATES}/reason.html", {"form": form, "reason": found}, status=code)


@requires("members.configure")
@require_POST
def reason_retirement(request: OfficeRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(LeaveReason, pk=pk)
    actions.retire_leave_reason(found, retired=bool(request.POST.get("retired")), by=request.user)
    return redirect("members:reasons")


@requires("members.configure")
@require_POST
def reason_place(request: OfficeRequest, pk: int) -> HttpResponse:
    """Move a reason one place up or down in the list."""
    actions.move_leave_reason(
        get_object_or_404(LeaveReason, pk=pk), step_of(request), by=request.user
    )
    return redirect("members:reasons")


@requires("members.configure")
def tags(request: OfficeRequest) -> HttpResponse:
    form = TagForm(request.POST or None, initial={"colour": "blue"})
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        if kept(form, lambda: actions.add_tag(**said, by=request.user)):
            toasts.say(request, _("The tag was added."))
            return redirect("members:tags")
    found = Tag.objects.annotate(
        count=_counted(MemberTag.objects.filter(member__deleted_at=None), "tag")
    )
    code = 422 if form.is_bound else 200
    return render(request, f"{TEMPLATES}/tags.html", {"form": form, "tags": found}, status=code)


@requires("members.configure")
def tag(request: OfficeRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Tag, pk=pk)
    initial = {"name": found.name, "colour": found.colour}
    form = TagForm(request.POST or None, initial=initial, instance=found)
    answer = saved(
        request,
        form,
        locked=lambda: Tag.objects.select_for_update().get(pk=pk),
        now=lambda row: {"name": row.name, "colour": row.colour},
        save=lambda row: actions.edit_tag(row, **form.cleaned_data, by=request.user),
        heading=found.name,
        back=reverse("members:tags"),
        said=_("The tag was saved."),
    )
    if answer is not None:
        return answer
    context = {"form": form, "tag": found, "count": found.member_links.count()}
    code = 422 if form.is_bound else 200
    return render(request, f"{TEMPLATES}/tag.html", context, status=code)


@requires("members.configure")
@require_POST
def tag_deletion(request: OfficeRequest, pk: int) -> HttpResponse:
    actions.delete_tag(get_object_or_404(Tag, pk=pk), by=request.user)
    toasts.say(request, _("The tag was deleted."))
    return redirect("members:tags")
