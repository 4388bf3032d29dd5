"""Who works in the office."""

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db.models import Exists, OuterRef
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from enishi.accounts import actions
from enishi.accounts.forms import NewStaff, Staff
from enishi.accounts.models import User
from enishi.accounts.permissions import OfficeRequest, requires
from enishi.core.refusals import Refusal
from enishi.ui import clashes
from enishi.ui.toasts import say

from . import may_change

SECOND_STEP = Authenticator.objects.filter(user=OuterRef("pk")).exclude(
    type=Authenticator.Type.RECOVERY_CODES
)


@requires("accounts.view")
@require_safe
def people(request: OfficeRequest) -> HttpResponse:
    staff = (
        User.objects.staff()
        .annotate(two_factor=Exists(SECOND_STEP))
        .prefetch_related("roles")
        .order_by("-is_active", "name", "pk")
    )
    return render(
        request,
        "accounts/office/staff.html",
        {"staff": staff, "may": request.user.has_right("accounts.configure")},
    )


@requires("accounts.configure")
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: OfficeRequest) -> HttpResponse:
    form = NewStaff(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            user = actions.add_staff(by=request.user, **form.cleaned_data)
            actions.invite(user, by=request.user)
        except Refusal as refused:
            form.add_error(None, str(refused))
        else:
            say(
                request,
                _("%(name)s is on the staff. A link to choose a password was sent to %(email)s.")
                % {"name": user.name, "email": user.email},
            )
            return redirect("accounts:staff")
    return render(request, "accounts/office/new_staff.html", {"form": form})


@requires("accounts.view")
@require_http_methods(["GET", "HEAD", "POST"])
def person(request: OfficeRequest, pk: int) -> HttpResponse:
    may = may_change(request, "accounts.configure")
    user = get_object_or_404(User.objects.staff().annotate(two_factor=Exists(SECOND_STEP)), pk=pk)
    form = Staff(request.POST or None, instance=user)
    if request.method == "POST" and form.is_valid():
        answer = clashes.saved(
            request,
            form,
            locked=lambda: User.objects.staff().select_for_update(of=("self",)).get(pk=pk),
            now=lambda row: clashes.held(Staff(instance=row)),
            save=lambda row: actions.change_staff(row, by=request.user, **form.cleaned_data),
            heading=_("Staff"),
            back=reverse("accounts:staff"),
            said=_("%(name)s is saved.") % {"name": form.cleaned_data["name"]},
        )
        if answer is not None:
            return answer
    found = User.objects.staff().annotate(two_factor=Exists(SECOND_STEP)).get(pk=pk)
    return render(
        request,
        "accounts/office/person.html",
        {
            "form": form,
            "person": found,
            "may": may,
            "devices": UserSession.objects.purge_and_list(found),
        },
    )


@requires("accounts.configure")
@require_POST
def invitation(request: OfficeRequest, pk: int) -> HttpResponse:
    user = get_object_or_404(User.objects.staff(), pk=pk)
    try:
        actions.invite(user, by=request.user)
    except Refusal as refused:
        return _back(request, user, refused)
    say(request, _("A link to choose a password was sent to %(email)s.") % {"email": user.email})
    return redirect("accounts:person", pk)


@requires("accounts.configure")
@require_POST
def sessions(request: OfficeRequest, pk: int) -> HttpResponse:
    user = get_object_or_404(User.objects.staff(), pk=pk)
    try:
        actions.end_sessions(user, by=request.user)
    except Refusal as refused:
        return _back(request, user, refused)
    say(request, _("%(name)s is signed out on every device.") % {"name": user.name})
    return redirect("accounts:person", pk)


def _back(request: OfficeRequest, user: User, refused: Refusal) -> HttpResponse:
    from django.contrib import messages

    messages.error(request, str(refused))
    return redirect("accounts:person", user.pk)
