"""My tasks, and those of others: what is overdue, today, soon."""

from datetime import date, timedelta
from typing import Any

from django.db.models import DateField, QuerySet, Value
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext, pgettext_lazy
from django.views.decorators.http import require_GET, require_POST

from enishi.accounts.permissions import OfficeRequest, requires
from enishi.core import clock
from enishi.core.asked import asked
from enishi.core.pages import BadCursor, page
from enishi.members import actions
from enishi.members.actions import tasks as acts
from enishi.members.around import around
from enishi.members.forms.picking import asked_by
from enishi.members.forms.tasks import NewTaskForm, TaskForm
from enishi.members.models import Member, Task
from enishi.members.models.tasks import TaskQuerySet
from enishi.ui import toasts
from enishi.ui.clashes import saved, tried
from enishi.ui.registry import TimelineEntry, may

from .contacts import at, dialog, member_of

AT_ONCE = 100
SOON = timedelta(days=7)
NEVER = date(9999, 12, 31)
LABELS = {
    "overdue": pgettext_lazy("task", "Overdue"),
    "today": pgettext_lazy("task", "Today"),
    "soon": pgettext_lazy("task", "Within 7 days"),
    "later": pgettext_lazy("task", "Later"),
    "undated": pgettext_lazy("task", "Without a day"),
}


def when(task: Task, today: date) -> str:
    """Under which heading a task stands."""
    if task.due_on is None:
        return "undated"
    if task.due_on < today:
        return "overdue"
    if task.due_on == today:
        return "today"
    return "soon" if task.due_on <= today + SOON else "later"


def scoped(request: OfficeRequest, whose: str) -> TaskQuerySet:
    """The open tasks of me, of nobody, of everybody; or those that are done."""
    rows = Task.objects.open()
    match whose:
        case "mine":
            rows = rows.filter(owner=request.user)
        case "unowned":
            rows = rows.unowned()
        case "done":
            return Task.objects.exclude(done_at=None)
    return rows.annotate(sort_due=Coalesce("due_on", Value(NEVER, output_field=DateField())))


@requires("tasks.view")
@require_GET
def tasks(request: OfficeRequest, whose: str = "mine") -> HttpResponse:
    """What is to be done, by its day."""
    rows = scoped(request, whose).select_related("member", "owner", "done_by", "rule")
    sort = ["-done_at"] if whose == "done" else ["sort_due"]
    try:
        found = page(rows, sort=sort, cursor=request.GET.get("cursor", ""), limit=AT_ONCE)
    except BadCursor:
        return redirect(request.path)
    today = clock.today()
    groups: dict[str, list[Task]] = {}
    for task in found.items:
        groups.setdefault("done" if whose == "done" else when(task, today), []).append(task)
    context = {
        "whose": whose,
        "others": whose in ("all", "unowned"),
        "page": found,
        "groups": [
            {"key": key, "label": LABELS.get(key, ""), "tasks": some}
            for key, some in groups.items()
        ],
        "form": NewTaskForm(initial={"owner": request.user}),
        "may_edit": request.user.has_right("tasks.edit"),
        "sees_members": request.user.has_right("members.view"),
        "may_configure": request.user.has_right("tasks.configure"),
        "unowned": Task.objects.open().unowned().count(),
    }
    return render(request, "members/office/tasks/tasks.html", context)


@requires("tasks.edit")
def new(request: OfficeRequest) -> HttpResponse:
    """Write down a task."""
    form = NewTaskForm(request.POST or None, initial={"owner": request.user})
    asked_by(form, request.user)

    def add() -> None:
        actions.add_task(**form.cleaned_data, by=request.user)

    if request.method == "POST" and form.is_valid() and tried(form, add):
        toasts.say(request, _("The task was added."))
        return redirect("members:tasks")
    return _dialog(request, form, _("Add a task"))


@requires("tasks.edit")
def of_member(request: OfficeRequest, pk: int) -> HttpResponse:
    """Write down a task about this member."""
    member = member_of(pk)
    initial = {"owner": member.owner or request.user}
    form = TaskForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        if tried(form, lambda: actions.add_task(**said, member=member, by=request.user)):
            toasts.say(request, _("The task was added."))
            return redirect(at(pk, "tasks"))
    return dialog(request, member, form, _("Add a task"))


@requires("tasks.edit")
def task(request: OfficeRequest, pk: int) -> HttpResponse:
    """Change a task."""
    found = _task(pk)
    form = TaskForm(request.POST or None, initial=TaskForm.initial_of(found))
    answer = saved(
        request,
        form,
        locked=lambda: acts.locked_task(found),
        now=TaskForm.initial_of,
        save=lambda row: actions.change_task(row, **form.cleaned_data, by=request.user),
        heading=_("Edit the task"),
        back=_back(request),
    )
    if answer is not None:
        return answer
    deletion = reverse("members:task_deletion", args=[pk])
    return _dialog(request, form, _("Edit the task"), about=found, deletion=deletion)


@requires("tasks.edit")
@require_POST
def completion(request: OfficeRequest, pk: int) -> HttpResponse:
    """The task is done; with ``undo`` it is not."""
    found = _task(pk)
    url = reverse("members:task_completion", args=[pk])
    if request.GET.get("undo"):
        actions.reopen_task(found, by=request.user)
        toasts.say(request, _("The task is open again."))
    else:
        actions.finish_task(found, by=request.user)
        toasts.say(request, _("“%(task)s” is done.") % {"task": found.title}, undo=f"{url}?undo=1")
    return redirect(_back(request))


@requires("tasks.edit")
@require_POST
def deletion(request: OfficeRequest, pk: int) -> HttpResponse:
    actions.delete_task(_task(pk), by=request.user)
    toasts.say(request, _("The task was deleted."))
    return redirect("members:tasks")


def _task(pk: int) -> Task:
    return get_object_or_404(Task.objects.select_related("member", "owner"), pk=pk)


def _back(request: HttpRequest) -> str:
    """The page that one came from, of our own."""
    url = request.POST.get("back", "")
    own = url_has_allowed_host_and_scheme(url, allowed_hosts=None)
    return url if own and url.startswith("/office/") else reverse("members:tasks")


def _dialog(request: OfficeRequest, form: Any, heading: Any, **more: Any) -> HttpResponse:
    context = {"form": form, "heading": heading, "verb": _("Save"), **more}
    status = 422 if form.is_bound else 200
    return render(request, "members/office/tasks/dialog.html", context, status=status)


# Elsewhere: the menu's number, the karte, the dashboard


@asked
def _due(day: Any, owner: Any) -> QuerySet[Task]:
    return Task.objects.due(day).filter(owner=owner).order_by().only("pk")


def waiting(request: HttpRequest) -> int:
    """How many tasks of this user are due."""
    return _due.count(day=clock.today(), owner=request.user.pk)


def tasks_of(member: Member, request: HttpRequest) -> dict[str, Any]:
    """What the panel of the karte shows."""
    waiting = Task.objects.filter(member=member, done_at=None).select_related("owner")
    return {
        "tasks": list(waiting.soonest_first()[:20]) if "tasks" in around(member) else [],
        "may_edit_tasks": member.deleted_at is None and may(request, "tasks.edit"),
    }


def task_lines(
    _request: OfficeRequest, member: Member, before: Any, limit: int
) -> list[TimelineEntry]:
    """The tasks about a member that were done."""
    if "tasks" not in around(member):
        return []
    done = Task.objects.filter(member=member).exclude(done_at=None).select_related("done_by")
    if before is not None:
        done = done.filter(done_at__lt=before)
    told = pgettext("timeline", "Done: %(task)s")
    return [
        TimelineEntry(one.done_at, "checkbox", told % {"task": one.title}, str(one.done_by or ""))
        for one in done.order_by("-done_at")[:limit]
        if one.done_at is not None
    ]


def my_card(request: HttpRequest) -> str:
    """The dashboard's card: what I have to do today and in the next days."""
    today = clock.today()
    mine = Task.objects.open().filter(owner=request.user.pk)
    found = list(mine.filter(due_on__lte=today + SOON).select_related("member").soonest_first()[:7])
    context = {
        "today": today,
        "tasks": found[:6],
        "more": len(found) > 6,
        "undated": mine.filter(due_on=None).count(),
        "sees_members": may(request, "members.view"),
        "may_edit": may(request, "tasks.edit"),
    }
    return render_to_string("members/office/cards/tasks.html", context, request)
