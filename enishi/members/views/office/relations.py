"""How members belong together: dialogs of the karte, and the lists that they choose from."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from enishi.accounts.permissions import OfficeRequest, requires
from enishi.members import actions
from enishi.members.actions import affiliations as posts
from enishi.members.actions import guardians
from enishi.members.forms.picking import asked_by, household_options, member_options
from enishi.members.forms.relations import (
    AffiliationForm,
    GuardianshipForm,
    NewGuardianForm,
    NewOrganisationForm,
    NewPersonForm,
    NewWardForm,
    SeatsForm,
)
from enishi.members.models import Affiliation, Guardianship, Kind, Member
from enishi.ui import toasts
from enishi.ui.clashes import saved, tried

from .contacts import at, back, dialog, member_of

PART = "relations"


@requires("members.view")
@require_GET
def choices(request: OfficeRequest) -> HttpResponse:
    """Members whom a search box finds, as radio buttons."""
    return _options(request, member_options)


@requires("members.view")
@require_GET
def household_choices(request: OfficeRequest) -> HttpResponse:
    """Households that a search box finds."""
    return _options(request, household_options)


def _options(request: OfficeRequest, find: Any) -> HttpResponse:
    name = request.GET.get("name", "member")[:40]
    text = request.GET.get(f"{name}-search", "")
    options = find(text, request.GET.get("kind", ""), request.user)
    context = {"name": name, "options": options, "searched": bool(text.strip()), "chosen": ""}
    return render(request, "members/office/_picker_options.html", context)


# Organisations and their people


@requires("members.edit")
def affiliations(request: OfficeRequest, pk: int) -> HttpResponse:
    """Name somebody of this organisation, or an organisation of this person."""
    member = member_of(pk)
    company = member.kind == Kind.ORGANISATION
    form = (NewPersonForm if company else NewOrganisationForm)(request.POST or None)
    asked_by(form, request.user)
    if request.method == "POST" and form.is_valid():
        said = dict(form.cleaned_data)
        other = said.pop("person" if company else "organisation")
        pair = (member, other) if company else (other, member)
        if tried(form, lambda: actions.affiliate(*pair, **said, by=request.user)):
            toasts.say(request, _("%(name)s was added.") % {"name": other.name})
            return back(pk, PART)
    heading = _("Add a person") if company else _("Add an organisation")
    return dialog(request, member, form, heading)


@requires("members.edit")
def affiliation(request: OfficeRequest, pk: int, link: int) -> HttpResponse:
    """Change what somebody is in an organisation."""
    mine = Q(organisation=pk) | Q(person=pk)
    found = get_object_or_404(
        Affiliation.objects.filter(mine).select_related("person", "organisation"), pk=link
    )
    member = found.organisation if found.organisation_id == pk else found.person
    other = found.person if found.organisation_id == pk else found.organisation
    return _edit(
        request,
        member,
        found,
        AffiliationForm,
        heading=f"{other.name}",
        told_of=found.person,
        locked=lambda: posts.locked_link(found),
        save=actions.change_affiliation,
        deletion=reverse("members:affiliation_removal", args=[pk, link]),
    )


@requires("members.edit")
@require_POST
def affiliation_removal(request: OfficeRequest, pk: int, link: int) -> HttpResponse:
    """It was recorded by mistake."""
    mine = Q(organisation=pk) | Q(person=pk)
    found = get_object_or_404(Affiliation.objects.filter(mine), pk=link)
    actions.remove_affiliation(found, by=request.user)
    toasts.say(request, _("The record was taken out."))
    return back(pk, PART)


@requires("members.edit")
def seats(request: OfficeRequest, pk: int) -> HttpResponse:
    """How many people the organisation may name."""
    member = get_object_or_404(Member.objects.present(), pk=pk, kind=Kind.ORGANISATION)
    taken, allowed = actions.seats_of(member)
    form = SeatsForm(request.POST or None, initial={"seats": allowed})

    def save(row: Member) -> None:
        actions.set_seats(row, form.cleaned_data["seats"], by=request.user)

    answer = saved(
        request,
        form,
        locked=lambda: Member.objects.select_for_update().get(pk=pk),
        now=lambda row: {"seats": actions.seats_of(row)[1]},
        save=save,
        heading=_("Seats"),
        back=at(pk, PART),
    )
    if answer is not None:
        return answer
    lead = _("%(taken)s seats are taken today.") % {"taken": taken}
    return dialog(request, member, form, _("Seats"), lead=lead)


# Guardians


@requires("members.edit")
def guardianships(request: OfficeRequest, pk: int) -> HttpResponse:
    """Record a guardian of this member; with ``?of=ward`` a minor whom this member guards."""
    member = member_of(pk)
    guards = request.GET.get("of") == "ward"
    kind = NewWardForm if guards else NewGuardianForm
    asked = request.method == "POST" and "even_if_adult" in request.POST
    warned = asked or (not guards and not actions.is_minor(member))
    form = kind(request.POST or None, warned=warned)
    if request.method == "POST" and form.is_valid():
        said = dict(form.cleaned_data)
        other = said.pop("other")
        ward, guardian = (other, member) if guards else (member, other)
        if tried(form, lambda: actions.name_guardian(ward, guardian, **said, by=request.user)):
            toasts.say(request, _("%(name)s was added.") % {"name": other.name})
            return back(pk, PART)
        if not warned:  # now the box to confirm is offered
            refused = form.non_field_errors()
            form = kind(request.POST, warned=True)
            form.add_error(None, refused)
    heading = _("Add a minor") if guards else _("Add a guardian")
    return dialog(request, member, form, heading)


@requires("members.edit")
def guardianship(request: OfficeRequest, pk: int, link: int) -> HttpResponse:
    """Change the record of a guardian."""
    mine = Q(guardian=pk) | Q(ward=pk)
    found = get_object_or_404(
        Guardianship.objects.filter(mine).select_related("guardian", "ward"), pk=link
    )
    member = found.guardian if found.guardian_id == pk else found.ward
    other = found.ward if found.guardian_id == pk else found.guardian
    return _edit(
        request,
        member,
        found,
        GuardianshipForm,
        heading=f"{other.name}",
        told_of=found.ward,
        locked=lambda: guardians.locked_link(found),
        save=actions.change_guardianship,
        deletion=reverse("members:guardianship_removal", args=[pk, link]),
    )


@requires("members.edit")
@require_POST
def guardianship_removal(request: OfficeRequest, pk: int, link: int) -> HttpResponse:
    """It was recorded by mistake."""
    mine = Q(guardian=pk) | Q(ward=pk)
    found = get_object_or_404(Guardianship.objects.filter(mine), pk=link)
    actions.remove_guardianship(found, by=request.user)
    toasts.say(request, _("The record was taken out."))
    return back(pk, PART)


def _edit(
    request: OfficeRequest,
    member: Member,
    found: Any,
    kind: type[AffiliationForm | GuardianshipForm],
    *,
    heading: str | Promise,
    told_of: Member,
    locked: Callable[[], Any],
    save: Any,
    deletion: str,
) -> HttpResponse:
    form: forms.Form = kind(request.POST or None, initial=kind.initial_of(found))
    answer = saved(
        request,
        form,
        locked=locked,
        now=kind.initial_of,
        save=lambda row: save(row, **form.cleaned_data, by=request.user),
        heading=heading,
        back=at(member.pk, PART),
        about=told_of,
    )
    if answer is not None:
        return answer
    wording = _("Take it out: it was recorded by mistake")
    return dialog(
        request, member, form, heading, about=found, deletion=deletion, deletion_label=wording
    )


@requires("members.view")
@require_GET
def people(request: OfficeRequest, pk: int) -> HttpResponse:
    """Everybody of an organisation, also those who have left it."""
    member = get_object_or_404(Member, pk=pk, kind=Kind.ORGANISATION)
    links = list(
        Affiliation.objects.filter(organisation=member)
        .not_merged("person")
        .select_related("person", "person__type")
        .order_by("to_on", "person__sorting_name", "pk")[:1000]
    )
    links.sort(key=lambda link: link.is_over)
    taken, allowed = actions.seats_of(member)
    context = {
        "member": member,
        "links": links,
        "taken": taken,
        "allowed": allowed,
        "may_edit": member.deleted_at is None and request.user.has_right("members.edit"),
    }
    return render(request, "members/office/people.html", context)
