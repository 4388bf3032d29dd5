"""On the page of a role: which fields it sees and edits."""

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_POST

from enishi.accounts.models import Role, User
from enishi.accounts.permissions import OfficeRequest, requires
from enishi.members import actions
from enishi.members.actions.field_rights import EDIT, HIDDEN, SEE, choosable, level_of
from enishi.members.fields.groups import GROUPS
from enishi.members.models import Field, FieldRight
from enishi.ui import clashes, toasts
from enishi.ui.registry import may

LEVELS = (
    (EDIT, pgettext_lazy("right to a field", "Edit")),
    (SEE, pgettext_lazy("right to a field", "See only")),
    (HIDDEN, pgettext_lazy("right to a field", "Hidden")),
)


def levels_of(role: Role, by: User | None) -> dict[str, str]:
    """Form field → what the role may do with the field."""
    rights = {row.group: row for row in FieldRight.objects.all()}
    return {
        f"field_{key}": level_of(one if isinstance(one, Field) else rights.get(key), role)
        for key, one in choosable(by).items()
    }


class RightsForm(forms.Form):
    """One choice for each field that ``by`` may set the rights of."""

    def __init__(self, given: Any = None, *, role: Role, by: User | None) -> None:
        super().__init__(given, initial=levels_of(role, by))
        for key, one in choosable(by).items():
            label = str(one) if isinstance(one, Field) else str(GROUPS[key][0])
            self.fields[f"field_{key}"] = forms.ChoiceField(
                label=label, choices=LEVELS, required=False
            )

    def levels(self) -> dict[str, str]:
        """What was chosen; a field that was not on the page stays as it is."""
        said = self.cleaned_data
        return {name.removeprefix("field_"): level for name, level in said.items() if level}


def panel(request: OfficeRequest, role: Role) -> str:
    """The fields with what the role may do with each."""
    levels = levels_of(role, request.user)
    built_in, own = [], []
    for key, one in choosable(request.user).items():
        level = levels[f"field_{key}"]
        if isinstance(one, Field):
            own.append({"key": key, "label": str(one), "level": level})
        else:
            built_in.append({"key": key, "label": GROUPS[key][0], "level": level})
    context: dict[str, Any] = {
        "role": role,
        "form": RightsForm(role=role, by=request.user),
        "groups": [(_("Fields of the roll"), built_in), *([(_("Own fields"), own)] if own else [])],
        "levels": LEVELS,
        "may": may(request, "accounts.configure") and not role.everything,
    }
    return render_to_string("members/office/panels/field_rights.html", context, request)


@requires("accounts.configure")
@require_POST
def rights(request: OfficeRequest, pk: int) -> HttpResponse:
    """Keep what was chosen."""
    role = get_object_or_404(Role, pk=pk)
    form = RightsForm(request.POST, role=role, by=request.user)
    if form.is_valid():
        answer = clashes.saved(
            request,
            form,
            locked=lambda: Role.objects.select_for_update().get(pk=pk),
            now=lambda row: levels_of(row, request.user),
            save=lambda row: actions.set_field_rights(row, form.levels(), by=request.user),
            heading=_("Fields of members"),
            back=reverse("accounts:role", args=[pk]),
            said=_("The fields of the role “%(name)s” are saved.") % {"name": role},
        )
        if answer is not None:
            return answer
    toasts.refuse(request, " ".join(str(e) for errors in form.errors.values() for e in errors))
    return redirect("accounts:role", pk)
