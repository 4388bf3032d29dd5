"""Roles: which rights go together."""

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from enishi.accounts import actions
from enishi.accounts.forms import OwnRole
from enishi.accounts.models import Role
from enishi.accounts.permissions import ACTIONS, AREAS, OfficeRequest, requires
from enishi.core.refusals import Refusal
from enishi.ui import clashes
from enishi.ui.registry import panels_for
from enishi.ui.toasts import say

from . import may_change

READY_FIRST = ("-built_in", "pk")


def _used_actions() -> dict[str, object]:
    """The actions that any area has: a column without a box in it says nothing."""
    used = {action for area in AREAS.values() if area.key != "office" for action in area.actions}
    return {action: label for action, label in ACTIONS.items() if action in used}


def matrix(held: frozenset[str], giver: frozenset[str]) -> list[tuple[object, list[object]]]:
    """Rows of the matrix: an area's label, and for each action None or (right, held, may give)."""
    return [
        (
            area.label,
            [
                (
                    (right := f"{area.key}.{action}"),
                    right in held,
                    right in giver,
                    f"{area.label}: {label}",
                )
                if action in area.actions
                else None
                for action, label in _used_actions().items()
            ],
        )
        for area in AREAS.values()
        if area.key != "office"
    ]


@requires("accounts.view")
@require_safe
def index(request: OfficeRequest) -> HttpResponse:
    roles = Role.objects.annotate(people=Count("users", filter=Q(users__is_active=True))).order_by(
        *READY_FIRST
    )
    return render(
        request,
        "accounts/office/roles.html",
        {"roles": roles, "may": request.user.has_right("accounts.configure")},
    )


@requires("accounts.configure")
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: OfficeRequest) -> HttpResponse:
    asked = request.GET.get("copy", "")
    source = Role.objects.filter(pk=asked).first() if asked.isdecimal() else None
    initial = {"name": _("Copy of %(name)s") % {"name": source}} if source else {}
    form = OwnRole(request.POST or None, initial=initial)
    held = source.all_rights if source else frozenset()
    if request.method == "POST":
        held = frozenset(request.POST.getlist("rights"))
        if form.is_valid():
            try:
                role = actions.add_role(by=request.user, copied_from=source, **form.cleaned_data)
            except Refusal as refused:
                form.add_error(None, str(refused))
            else:
                say(request, _("The role “%(name)s” is made.") % {"name": role})
                return redirect("accounts:roles")
    return _page(request, form, held, role=None, may=True)


@requires("accounts.view")
@require_http_methods(["GET", "HEAD", "POST"])
def role(request: OfficeRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Role, pk=pk)
    may = may_change(request, "accounts.configure") and not found.built_in
    form = OwnRole(request.POST or None, role=found, initial=OwnRole.initial_of(found))
    held = found.all_rights
    if request.method == "POST":
        held = frozenset(request.POST.getlist("rights"))
        if form.is_valid():
            answer = clashes.saved(
                request,
                form,
                locked=lambda: Role.objects.select_for_update().get(pk=pk),
                now=OwnRole.initial_of,
                save=lambda row: actions.change_role(row, by=request.user, **form.cleaned_data),
                heading=_("Roles"),
                back=reverse("accounts:roles"),
                said=_("The role “%(name)s” is saved.") % {"name": form.cleaned_data["name"]},
            )
            if answer is not None:
                return answer
            held = frozenset(form.cleaned_data["rights"])
    return _page(request, form, held, role=found, may=may)


@requires("accounts.configure")
@require_POST
def deletion(request: OfficeRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Role, pk=pk)
    try:
        actions.delete_role(found, by=request.user)
    except Refusal as refused:
        messages.error(request, str(refused))
        return redirect("accounts:role", pk)
    say(request, _("The role “%(name)s” is deleted.") % {"name": found})
    return redirect("accounts:roles")


def _page(
    request: OfficeRequest, form: OwnRole, held: frozenset[str], *, role: Role | None, may: bool
) -> HttpResponse:
    return render(
        request,
        "accounts/office/role.html",
        {
            "form": form,
            "role": role,
            "may": may,
            "may_configure": request.user.has_right("accounts.configure"),
            "actions": _used_actions().values(),
            "matrix": matrix(held, request.user.rights),
            "panels": panels_for("role", request, role) if role is not None else [],
        },
    )
