"""On the page of a role: which fields it sees and edits."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_POST

from enishi.accounts.models import Role
from enishi.accounts.permissions import OfficeRequest, requires
from enishi.members import actions
from enishi.members.actions.field_rights import EDIT, HIDDEN, SEE, choosable, level_of
from enishi.members.fields.groups import GROUPS
from enishi.members.models import Field, FieldRight
from enishi.ui import toasts
from enishi.ui.registry import may

LEVELS = (
    (EDIT, pgettext_lazy("right to a field", "Edit")),
    (SEE, pgettext_lazy("right to a field", "See only")),
    (HIDDEN, pgettext_lazy("right to a field", "Hidden")),
)


def panel(request: OfficeRequest, role: Role) -> str:
    """The fields with what the role may do with each."""
    rights = {row.group: row for row in FieldRight.objects.all()}
    built_in, own = [], []
    for key, one in choosable(request.user).items():
        if isinstance(one, Field):
            own.append({"key": key, "label": str(one), "level": level_of(one, role)})
        else:
            level = level_of(rights.get(key), role)
            built_in.append({"key": key, "label": GROUPS[key][0], "level": level})
    context: dict[str, Any] = {
        "role": role,
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
    levels = {
        key.removeprefix("field_"): str(level)
        for key, level in request.POST.items()
        if key.startswith("field_")
    }
    try:
        actions.set_field_rights(role, levels, by=request.user)
    except actions.Invalid as invalid:
        toasts.say(request, " ".join(invalid.errors.values()))
    except actions.Refused as refused:
        toasts.say(request, str(refused))
    else:
        toasts.say(request, _("The fields of the role “%(name)s” are saved.") % {"name": role})
    return redirect("accounts:role", pk)
