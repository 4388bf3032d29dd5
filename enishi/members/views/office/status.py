"""Moving a membership on: join, suspend, leave and the rest, each a small form."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_POST

from enishi.accounts.permissions import OfficeRequest, requires
from enishi.members import actions
from enishi.members.forms.status import DayForm, LeaveForm, SuspensionForm, TypeForm
from enishi.members.models import Kind, Member, Status
from enishi.ui import toasts

Act = Callable[[Member, Any, Any], object]


@dataclass(frozen=True)
class Step:
    """One way that a membership can go on, offered while the member is in one of ``when``."""

    key: str
    label: str | Promise
    icon: str
    verb: str | Promise
    done: str | Promise
    when: frozenset[str]
    act: Act
    form: type[DayForm] = DayForm
    lead: str | Promise = ""
    danger: bool = False


def _plain(action: Any) -> Act:
    return lambda member, form, by: action(
        member, on=form.day, note=form.cleaned_data["note"], by=by
    )


def _leave(member: Member, form: Any, by: Any) -> None:
    said = form.cleaned_data
    actions.leave(member, on=form.day, reason=said["reason"], note=said["note"], by=by)


def _suspend(member: Member, form: Any, by: Any) -> None:
    said = form.cleaned_data
    actions.suspend(member, on=form.day, until=said["until"], note=said["note"], by=by)


def _change_type(member: Member, form: Any, by: Any) -> None:
    said = form.cleaned_data
    actions.change_type(member, to=said["type"], on=form.day, note=said["note"], by=by)


_ON_ROLL = frozenset({Status.PROVISIONAL, Status.ACTIVE, Status.SUSPENDED})
_GONE = frozenset({Status.LEFT, Status.REFUSED})

STEPS = (
    Step(
        "approval",
        _("Approve the application"),
        "user-check",
        _("Approve"),
        _("The application was approved."),
        frozenset({Status.APPLICANT}),
        _plain(actions.approve),
    ),
    Step(
        "refusal",
        _("Refuse the application"),
        "user-x",
        _("Refuse"),
        _("The application was refused."),
        frozenset({Status.APPLICANT}),
        _plain(actions.refuse),
        danger=True,
    ),
    Step(
        "joining",
        pgettext_lazy("step", "Join"),
        "user-plus",
        _("Record the joining"),
        _("The joining was recorded."),
        frozenset({Status.APPLICANT, Status.PROVISIONAL}),
        _plain(actions.join),
    ),
    Step(
        "suspension",
        pgettext_lazy("step", "Suspend"),
        "clock-pause",
        _("Suspend the membership"),
        _("The membership was suspended."),
        frozenset({Status.ACTIVE}),
        _suspend,
        form=SuspensionForm,
        lead=_("A suspended member stays on the roll and can come back at any time."),
    ),
    Step(
        "resumption",
        pgettext_lazy("step", "Resume"),
        "player-play",
        _("Resume the membership"),
        _("The membership goes on."),
        frozenset({Status.SUSPENDED}),
        _plain(actions.resume),
    ),
    Step(
        "type",
        _("Change the member type"),
        "switch-horizontal",
        _("Change the type"),
        _("The member type was changed."),
        _ON_ROLL,
        _change_type,
        form=TypeForm,
    ),
    Step(
        "leave",
        pgettext_lazy("step", "Leave"),
        "user-minus",
        _("Record the leaving"),
        _("The leaving was recorded."),
        _ON_ROLL,
        _leave,
        form=LeaveForm,
        lead=_("With a date in the future the member stays on the roll until that day."),
        danger=True,
    ),
    Step(
        "rejoining",
        pgettext_lazy("step", "Rejoin"),
        "user-plus",
        _("Record the rejoining"),
        _("The rejoining was recorded."),
        _GONE,
        _plain(actions.rejoin),
        lead=_("The member number stays the same."),
    ),
    Step(
        "death",
        _("Mark as deceased"),
        "user-off",
        _("Mark as deceased"),
        _("The member was marked as deceased."),
        frozenset(Status.values),
        _plain(actions.mark_deceased),
        lead=_("The membership ends on this day."),
        danger=True,
    ),
)
_BY_KEY = {step.key: step for step in STEPS}


def steps_for(member: Member) -> list[Step]:
    """What can be done with this membership now."""
    if member.deceased_on:
        return []
    offered = [step for step in STEPS if member.status in step.when]
    if member.kind == Kind.ORGANISATION:
        return [step for step in offered if step.key != "death"]
    return offered


@requires("members.edit")
def status(request: OfficeRequest, pk: int, action: str) -> HttpResponse:
    """The form of one step; POST takes it."""
    step = _BY_KEY.get(action)
    if step is None:
        raise Http404
    member = get_object_or_404(Member.objects.present().select_related("type"), pk=pk)
    more: dict[str, Any] = {"now": member.type} if step.form is TypeForm else {}
    form = step.form(request.POST or None, **more)
    refused = ""
    if request.method == "POST" and form.is_valid():
        try:
            step.act(member, form, request.user)
        except actions.Refused as no:
            refused = str(no)
        else:
            toasts.say(request, step.done)
            return redirect(reverse("members:karte", args=[pk]))
    context = {
        "member": member,
        "form": form,
        "heading": step.label,
        "lead": step.lead,
        "verb": step.verb,
        "danger": step.danger,
        "refused": refused,
    }
    code = 422 if request.method == "POST" else 200
    return render(request, "members/office/dialog.html", context, status=code)


@requires("members.edit")
@require_POST
def plan_withdrawal(request: OfficeRequest, pk: int) -> HttpResponse:
    """Take back what is planned for a later day."""
    member = get_object_or_404(Member.objects.present(), pk=pk)
    try:
        actions.withdraw_plan(member, by=request.user)
    except actions.Refused as no:
        toasts.refuse(request, str(no))
    else:
        toasts.say(request, _("The plan was taken back."))
    return redirect("members:karte", pk)
