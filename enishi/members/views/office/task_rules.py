"""Settings: rules that make tasks by themselves."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from enishi.accounts.permissions import OfficeRequest, requires
from enishi.members import actions
from enishi.members.actions.task_rules import KINDS
from enishi.members.forms.tasks import RuleForm
from enishi.members.models import TaskRule
from enishi.ui import toasts
from enishi.ui.clashes import saved, tried

TEMPLATES = "members/office/tasks"


@requires("tasks.configure")
@require_GET
def rules(request: OfficeRequest) -> HttpResponse:
    """All rules, and what each has made so far."""
    found = TaskRule.objects.select_related("owner").order_by("retired_at", "pk")
    lines = [
        {"rule": rule, "kind": KINDS[rule.kind].label if rule.kind in KINDS else rule.kind}
        for rule in found
    ]
    return render(request, f"{TEMPLATES}/rules.html", {"lines": lines})


@requires("tasks.configure")
def new(request: OfficeRequest) -> HttpResponse:
    """Add a rule; the kind in ``?kind=`` fills the form."""
    kind = KINDS.get(request.GET.get("kind", ""))
    initial: dict[str, Any] = {}
    if kind is not None:
        initial = {"kind": kind.key, "days": kind.days, "title": kind.title}
    form = RuleForm(request.POST or None, initial=initial)

    def add() -> None:
        actions.add_rule(**form.cleaned_data, by=request.user)

    if request.method == "POST" and form.is_valid() and tried(form, add):
        toasts.say(request, _("The rule was added. It makes its tasks within the hour."))
        return redirect("members:task_rules")
    if kind is None and not form.is_bound:
        return render(request, f"{TEMPLATES}/rule_kinds.html", {"kinds": KINDS.values()})
    more = {"due": actions.due_now(kind.key, kind.days)} if kind is not None else {}
    return _page(request, form, None, **more)


@requires("tasks.configure")
def rule(request: OfficeRequest, pk: int) -> HttpResponse:
    """Change a rule."""
    found = get_object_or_404(TaskRule, pk=pk)
    form = RuleForm(request.POST or None, initial=RuleForm.initial_of(found), rule=found)
    answer = saved(
        request,
        form,
        locked=lambda: TaskRule.objects.select_for_update(of=("self",)).get(pk=pk),
        now=RuleForm.initial_of,
        save=lambda row: actions.change_rule(row, **form.cleaned_data, by=request.user),
        heading=found.title,
        back=reverse("members:task_rules"),
    )
    if answer is not None:
        return answer
    return _page(request, form, found)


@requires("tasks.configure")
@require_POST
def retirement(request: OfficeRequest, pk: int) -> HttpResponse:
    """Stop a rule, or use it again."""
    found = get_object_or_404(TaskRule, pk=pk)
    actions.retire_rule(found, retired=bool(request.POST.get("retired")), by=request.user)
    return redirect("members:task_rules")


def _page(
    request: OfficeRequest, form: RuleForm, found: TaskRule | None, **more: Any
) -> HttpResponse:
    kind = KINDS.get(found.kind) if found is not None else None
    context = {"form": form, "rule": found, "kind": kind, **more}
    status = 422 if form.is_bound else 200
    return render(request, f"{TEMPLATES}/rule.html", context, status=status)
