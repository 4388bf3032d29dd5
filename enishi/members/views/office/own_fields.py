"""Settings: the fields that the organisation keeps beyond the usual ones."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from enishi.accounts.permissions import OfficeRequest, requires
from enishi.members import actions
from enishi.members.forms.settings import OwnFieldForm
from enishi.members.models import Field
from enishi.ui import toasts

from .settings import TEMPLATES, kept, step_of


@requires("members.configure")
@require_GET
def fields(request: OfficeRequest) -> HttpResponse:
    return render(request, f"{TEMPLATES}/fields.html", {"fields": Field.objects.all()})


@requires("members.configure")
def field_new(request: OfficeRequest) -> HttpResponse:
    form = OwnFieldForm(request.POST or None, initial={"type": Field.Type.TEXT})
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        if kept(form, lambda: actions.add_field(**said, by=request.user)):
            toasts.say(request, _("The field was added. It is in the form of every member now."))
            return redirect("members:fields")
    return _shown(request, form, None)


@requires("members.configure")
def field_edit(request: OfficeRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Field, pk=pk)
    initial: dict[str, Any] = {"label_ja": found.label_ja, "label": found.label}
    initial["choices"] = "\n".join(found.choices)
    form = OwnFieldForm(request.POST or None, initial=initial, instance=found)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        if kept(form, lambda: actions.edit_field(found, **said, by=request.user)):
            toasts.say(request, _("The field was saved."))
            return redirect("members:fields")
    return _shown(request, form, found)


def _shown(request: OfficeRequest, form: OwnFieldForm, found: Field | None) -> HttpResponse:
    code = 422 if form.is_bound else 200
    return render(request, f"{TEMPLATES}/field.html", {"form": form, "field": found}, status=code)


@requires("members.configure")
@require_POST
def retirement(request: OfficeRequest, pk: int) -> HttpResponse:
    """Take a field out of use, or back; the values stay."""
    found = get_object_or_404(Field, pk=pk)
    actions.retire_field(found, retired=bool(request.POST.get("retired")), by=request.user)
    return redirect("members:fields")


@requires("members.configure")
@require_POST
def place(request: OfficeRequest, pk: int) -> HttpResponse:
    """Move a field one place up or down, in the list and in every form."""
    actions.move_field(get_object_or_404(Field, pk=pk), step_of(request), by=request.user)
    return redirect("members:fields")
