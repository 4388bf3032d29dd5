"""Households: their list, the page of one, and who is in it."""

from typing import Any

from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from enishi.accounts.permissions import OfficeRequest, requires
from enishi.core.pages import BadCursor, page
from enishi.members import actions
from enishi.members.actions import households as acts
from enishi.members.fields import hidden_groups
from enishi.members.forms.picking import asked_by
from enishi.members.forms.relations import (
    AddToHouseholdForm,
    HouseholdForm,
    HouseholdPlaceForm,
    JoinHouseholdForm,
    NewHouseholdForm,
)
from enishi.members.models import Household, HouseholdMember, Member, Status
from enishi.ui import toasts
from enishi.ui.clashes import saved, tried

from .contacts import at, back, dialog, member_of
from .relations import PART

AT_ONCE = 50


@requires("members.view")
@require_GET
def households(request: OfficeRequest) -> HttpResponse:
    """All households, by number; ``?search=`` by number, name, or somebody inside."""
    text = request.GET.get("search", "").strip()[:200]
    rows = Household.objects.all()
    if text:
        people = Member.objects.present().search(text, by=request.user).order_by()
        pks = list(people.values_list("pk", flat=True)[:500])
        inside = HouseholdMember.objects.filter(member__in=pks)
        rows = (
            rows.filter(name__icontains=text)
            | rows.filter(number__iexact=text)
            | rows.filter(pk__in=inside.values("household"))
        )
    open_links = HouseholdMember.objects.open().with_present("member")
    open_links = open_links.select_related("member").order_by("-pays", "pk")
    rows = rows.prefetch_related(Prefetch("links", open_links, to_attr="here"))
    try:
        found = page(rows, sort=["number"], cursor=request.GET.get("cursor", ""), limit=AT_ONCE)
    except BadCursor:
        return redirect("members:households")
    return render(request, "members/office/households.html", {"page": found, "search": text})


@requires("members.view")
@require_GET
def household(request: OfficeRequest, pk: int) -> HttpResponse:
    """One household: who is in it, who pays, who was."""
    found = get_object_or_404(Household, pk=pk)
    rows = HouseholdMember.objects.filter(household=found).not_merged("member")
    links = list(rows.select_related("member").order_by("-pays", "pk"))
    links.sort(key=lambda link: link.is_over)
    payer = next((link.member for link in links if link.pays and not link.is_over), None)
    context = {
        "household": found,
        "links": links,
        "payer": payer,
        "payer_gone": _gone(payer) if payer is not None else "",
        "may_edit": request.user.has_right("members.edit"),
        "ages": "birth" not in hidden_groups(request.user),
    }
    return render(request, "members/office/household.html", context)


def _gone(payer: Member) -> str:
    """Why the one who pays for a household may no longer do so; '' as long as all is well."""
    said = {"name": payer.name}
    if payer.deleted_at is not None:
        return _("%(name)s, who pays for this household, is in the bin.") % said
    if payer.deceased_on is not None:
        return _("%(name)s, who pays for this household, has died.") % said
    if payer.status == Status.LEFT:
        return _("%(name)s, who pays for this household, is no member any more.") % said
    return ""


@requires("members.edit")
def household_edit(request: OfficeRequest, pk: int) -> HttpResponse:
    """Number, name and note of a household."""
    found = get_object_or_404(Household, pk=pk)

    def now(row: Household) -> dict[str, Any]:
        return {name: getattr(row, name) for name in ("number", "name", "note")}

    form = HouseholdForm(request.POST or None, initial=now(found))
    answer = saved(
        request,
        form,
        locked=lambda: Household.objects.select_for_update().get(pk=pk),
        now=now,
        save=lambda row: actions.change_household(row, **form.cleaned_data, by=request.user),
        heading=_("Edit the household"),
        back=reverse("members:household", args=[pk]),
    )
    if answer is not None:
        return answer
    deletion = reverse("members:household_deletion", args=[pk])
    return _dialog(
        request,
        found,
        form,
        _("Edit the household"),
        about=found,
        deletion=deletion,
        deletion_label=_("Delete the household; its people stay on the roll"),
    )


@requires("members.edit")
@require_POST
def household_deletion(request: OfficeRequest, pk: int) -> HttpResponse:
    actions.delete_household(get_object_or_404(Household, pk=pk), by=request.user)
    toasts.say(request, _("The household was deleted."))
    return redirect("members:households")


@requires("members.edit")
def household_members(request: OfficeRequest, pk: int) -> HttpResponse:
    """Put somebody into the household."""
    found = get_object_or_404(Household, pk=pk)
    form = AddToHouseholdForm(request.POST or None)
    asked_by(form, request.user)
    if request.method == "POST" and form.is_valid():
        said = dict(form.cleaned_data)
        member = said.pop("member")
        if tried(form, lambda: actions.add_to_household(found, member, **said, by=request.user)):
            toasts.say(request, _("%(name)s was added.") % {"name": member.name})
            return redirect("members:household", pk)
    return _dialog(request, found, form, _("Add somebody"))


@requires("members.edit")
def new_household(request: OfficeRequest, pk: int) -> HttpResponse:
    """A new household with this member as its head."""
    member = member_of(pk)
    form = NewHouseholdForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made: list[Household] = []

        def make() -> None:
            made.append(actions.make_household(member, **form.cleaned_data, by=request.user))

        if tried(form, make):
            toasts.say(request, _("The household was made. Now add who else lives there."))
            return redirect("members:household", made[0].pk)
    lead = _("%(name)s becomes the head and pays for the household.") % {"name": member.name}
    return dialog(request, member, form, _("Make a household"), lead=lead)


@requires("members.edit")
def places(request: OfficeRequest, pk: int) -> HttpResponse:
    """Put this member into a household that is there."""
    member = member_of(pk)
    form = JoinHouseholdForm(request.POST or None)
    asked_by(form, request.user)
    if request.method == "POST" and form.is_valid():
        said = dict(form.cleaned_data)
        found = said.pop("household")
        if tried(form, lambda: actions.add_to_household(found, member, **said, by=request.user)):
            toasts.say(request, _("%(name)s was added.") % {"name": member.name})
            return back(pk, PART)
    return dialog(request, member, form, _("Put into a household"))


@requires("members.edit")
def place(request: OfficeRequest, pk: int, link: int) -> HttpResponse:
    """Change somebody's place in a household."""
    found = get_object_or_404(
        HouseholdMember.objects.select_related("member", "household"), pk=link, member=pk
    )
    form = HouseholdPlaceForm(request.POST or None, initial=HouseholdPlaceForm.initial_of(found))
    answer = saved(
        request,
        form,
        locked=lambda: acts.locked_link(found),
        now=HouseholdPlaceForm.initial_of,
        save=lambda row: actions.change_household_link(row, **form.cleaned_data, by=request.user),
        heading=found.household.name,
        back=at(pk, PART),
        about=found.member,
    )
    if answer is not None:
        return answer
    return dialog(
        request,
        found.member,
        form,
        found.household.name,
        about=found,
        deletion=reverse("members:place_removal", args=[pk, link]),
        deletion_label=_("Take it out: it was recorded by mistake"),
    )


@requires("members.edit")
@require_POST
def place_removal(request: OfficeRequest, pk: int, link: int) -> HttpResponse:
    """It was recorded by mistake."""
    found = get_object_or_404(HouseholdMember, pk=link, member=pk)
    actions.remove_from_household(found, by=request.user)
    toasts.say(request, _("The record was taken out."))
    return back(pk, PART)


def _dialog(
    request: OfficeRequest, household: Household, form: Any, heading: Any, **more: Any
) -> HttpResponse:
    context = {
        "household": household,
        "form": form,
        "heading": heading,
        "verb": _("Save"),
        "back": reverse("members:household", args=[household.pk]),
        **more,
    }
    status = 422 if form.is_bound else 200
    return render(request, "members/office/household_dialog.html", context, status=status)
