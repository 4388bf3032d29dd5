"""Notes, the contact log, and further addresses and e-mails of one member."""

from typing import Any

from django import forms
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from enishi.accounts.permissions import OfficeRequest, requires
from enishi.members import actions
from enishi.members.fields import editable_fields
from enishi.members.forms.contacts import (
    ContactForm,
    FurtherAddressForm,
    FurtherEmailForm,
    NoteForm,
)
from enishi.members.models import Contact, FurtherAddress, FurtherEmail, Member, Note
from enishi.ui import toasts
from enishi.ui.clashes import saved

SAVE = _("Save")


def member_of(pk: int) -> Member:
    return get_object_or_404(Member.objects.present(), pk=pk)


def at(pk: int, part: str = "") -> str:
    """The karte, or a part of it."""
    return reverse("members:karte", args=[pk]) + (f"#{part}" if part else "")


def back(pk: int, part: str = "") -> HttpResponse:
    return redirect(at(pk, part))


def dialog(
    request: OfficeRequest,
    member: Member,
    form: forms.Form,
    heading: str | Promise,
    *,
    verb: str | Promise = SAVE,
    template: str = "members/office/dialog.html",
    **more: Any,
) -> HttpResponse:
    """A small form as its own page; 422 when it comes back with errors."""
    context = {"member": member, "form": form, "heading": heading, "verb": verb, **more}
    return render(request, template, context, status=422 if form.is_bound else 200)


@requires("members.edit")
def notes(request: OfficeRequest, pk: int) -> HttpResponse:
    """Write a new note."""
    member = member_of(pk)
    form = NoteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        actions.add_note(member, **form.cleaned_data, by=request.user)
        return back(pk, "notes")
    return dialog(request, member, form, _("New note"))


def _visible_note(request: OfficeRequest, pk: int, note: int) -> Note:
    """A private note does not exist for anybody but its writer."""
    seen = Note.objects.filter(Q(private=False) | Q(by=request.user), member=member_of(pk))
    return get_object_or_404(seen.select_related("member"), pk=note)


@requires("members.edit")
def note(request: OfficeRequest, pk: int, note: int) -> HttpResponse:
    """Change a note."""
    found = _visible_note(request, pk, note)

    def now(row: Note) -> dict[str, Any]:
        return {"text": row.text, "private": row.private, "pinned": row.pinned}

    form = NoteForm(request.POST or None, initial=now(found))
    answer = saved(
        request,
        form,
        locked=lambda: Note.objects.select_for_update(of=("self",)).get(pk=note),
        now=now,
        save=lambda row: actions.change_note(row, **form.cleaned_data, by=request.user),
        heading=_("Edit the note"),
        back=at(pk, "notes"),
        about=found.member,
    )
    if answer is not None:
        return answer
    deletion = reverse("members:note_deletion", args=[pk, note])
    return dialog(request, found.member, form, _("Edit the note"), about=found, deletion=deletion)


@requires("members.edit")
@require_POST
def note_deletion(request: OfficeRequest, pk: int, note: int) -> HttpResponse:
    actions.delete_note(_visible_note(request, pk, note), by=request.user)
    toasts.say(request, _("The note was deleted."))
    return back(pk, "notes")


@requires("members.edit")
def contacts(request: OfficeRequest, pk: int) -> HttpResponse:
    """Record a contact."""
    member = member_of(pk)
    form = ContactForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        actions.add_contact(member, **form.values(), by=request.user)
        return back(pk, "contacts")
    return dialog(
        request, member, form, _("Record a contact"), template="members/office/contact.html"
    )


@requires("members.edit")
def contact(request: OfficeRequest, pk: int, contact: int) -> HttpResponse:
    """Change a contact that was recorded."""
    found = get_object_or_404(Contact.objects.select_related("member"), pk=contact, member_id=pk)
    form = ContactForm(request.POST or None, initial=ContactForm.initial_of(found))
    answer = saved(
        request,
        form,
        locked=lambda: Contact.objects.select_for_update(of=("self",)).get(pk=contact),
        now=ContactForm.initial_of,
        save=lambda row: actions.change_contact(row, **form.values(), by=request.user),
        heading=_("Edit the contact"),
        back=at(pk, "contacts"),
        about=found.member,
    )
    if answer is not None:
        return answer
    return dialog(
        request,
        found.member,
        form,
        _("Edit the contact"),
        about=found,
        template="members/office/contact.html",
        deletion=reverse("members:contact_deletion", args=[pk, contact]),
    )


@requires("members.edit")
@require_POST
def contact_deletion(request: OfficeRequest, pk: int, contact: int) -> HttpResponse:
    actions.delete_contact(get_object_or_404(Contact, pk=contact, member_id=pk), by=request.user)
    toasts.say(request, _("The contact was deleted."))
    return back(pk, "contacts")


@requires("members.edit")
def emails(request: OfficeRequest, pk: int) -> HttpResponse:
    """Add a further e-mail address."""
    if "email" not in editable_fields(request.user):
        raise Http404
    member = member_of(pk)
    form = FurtherEmailForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        actions.add_further_email(member, **form.cleaned_data, by=request.user)
        return back(pk)
    return dialog(request, member, form, _("Further e-mail"))


@requires("members.edit")
@require_POST
def email_deletion(request: OfficeRequest, pk: int, email: int) -> HttpResponse:
    found = get_object_or_404(FurtherEmail, pk=email, member_id=pk)
    actions.delete_further_email(found, by=request.user)
    toasts.say(request, _("The e-mail address was taken off."))
    return back(pk)


@requires("members.edit")
def addresses(request: OfficeRequest, pk: int) -> HttpResponse:
    """Add a further postal address."""
    if "address_line" not in editable_fields(request.user):
        raise Http404
    member = member_of(pk)
    form = FurtherAddressForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        actions.add_further_address(member, **form.cleaned_data, by=request.user)
        return back(pk)
    return dialog(
        request, member, form, _("Further address"), template="members/office/further_address.html"
    )


@requires("members.edit")
@require_POST
def address_deletion(request: OfficeRequest, pk: int, address: int) -> HttpResponse:
    found = get_object_or_404(FurtherAddress, pk=address, member_id=pk)
    actions.delete_further_address(found, by=request.user)
    toasts.say(request, _("The address was taken off."))
    return back(pk)
