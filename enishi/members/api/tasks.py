"""Tasks for programs, and the rules that make them."""

from datetime import date, datetime
from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from ninja import Field as Described
from ninja import Query, Router, Schema, Status

from enishi.accounts.api import needs
from enishi.accounts.models import User
from enishi.core.pages import page
from enishi.members import actions
from enishi.members.models import Task, TaskRule

from .members import by_of
from .shapes import found
from .status import day

router = Router(tags=["tasks"])
READ, WRITE, CONFIGURE = needs("tasks:read"), needs("tasks:write"), needs("tasks:configure")


class TaskAnswer(Schema):
    """Something to do. ``owner``: e-mail of whoever does it; ``source``: what made it."""

    id: int
    title: str
    text: str
    due_on: date | None
    owner: str
    member: int | None
    source: str = Described(description="hand, contact or rule")
    created_at: datetime
    done_at: datetime | None
    done_by: str


class TaskPage(Schema):
    """One page of tasks."""

    items: list[TaskAnswer]
    next: str | None


class TaskValues(Schema):
    """``member``: id or member number; ``owner``: e-mail of one of the staff, '' for nobody."""

    title: str | None = None
    text: str | None = None
    due_on: str | None = Described(None, description="a day, '' for none")
    owner: str | None = None
    member: str | int | None = Described(None, description="of a new task; cannot be changed")


class TaskFilters(Schema):
    """What the list can be narrowed by."""

    state: str = Described("open", description="open, done or all")
    owner: str = Described("", description="e-mail of one of the staff")
    member: str = Described("", description="id or member number")
    due_to: str = Described("", description="due on this day or before")
    limit: int = Described(50, ge=1, le=500)
    cursor: str = ""


def _task(task: Task) -> dict[str, Any]:
    names = ("id", "title", "text", "due_on", "created_at", "done_at")
    return {name: getattr(task, name) for name in names} | {
        "owner": task.owner.email if task.owner else "",
        "member": task.member_id,
        "source": "rule" if task.rule_id else "contact" if task.contact_id else "hand",
        "done_by": str(task.done_by or ""),
    }


def _rows() -> Any:
    return Task.objects.select_related("owner", "done_by")


def _staff(email: str) -> User | None:
    if not email:
        return None
    one = User.objects.filter(email__iexact=email, is_staff=True, is_active=True).first()
    if one is None:
        raise actions.Invalid({"owner": _("Choose somebody of the staff.")})
    return one


def _said(values: TaskValues) -> dict[str, Any]:
    said = values.dict(exclude_none=True, exclude={"member"})
    if "due_on" in said:
        said["due_on"] = day("due_on", said["due_on"])
    if "owner" in said:
        said["owner"] = _staff(said["owner"])
    return said


@router.get("/tasks", response=TaskPage, auth=READ, summary="Tasks")
def tasks(request: HttpRequest, filters: Query[TaskFilters]) -> dict[str, Any]:
    """The newest first."""
    rows = _rows()
    if filters.state == "open":
        rows = rows.open()
    elif filters.state == "done":
        rows = rows.exclude(done_at=None)
    if filters.owner:
        rows = rows.filter(owner=_staff(filters.owner))
    if filters.member:
        rows = rows.filter(member=found(filters.member))
    if filters.due_to:
        rows = rows.filter(due_on__lte=day("due_to", filters.due_to))
    got = page(rows, sort=["-id"], cursor=filters.cursor, limit=filters.limit)
    return {"items": [_task(one) for one in got.items], "next": got.next or None}


@router.post("/tasks", response={201: TaskAnswer}, auth=WRITE, summary="Add a task")
def add(request: HttpRequest, values: TaskValues) -> Status[dict[str, Any]]:
    """Perhaps about a member."""
    member = found(str(values.member)) if values.member not in (None, "") else None
    said = {"title": ""} | _said(values)
    return Status(201, _task(actions.add_task(**said, member=member, by=by_of(request))))


@router.get("/tasks/{id}", response=TaskAnswer, auth=READ, summary="A task")
def one(request: HttpRequest, id: int) -> dict[str, Any]:
    """By its id."""
    return _task(get_object_or_404(_rows(), pk=id))


@router.patch("/tasks/{id}", response=TaskAnswer, auth=WRITE, summary="Change a task")
def change(request: HttpRequest, id: int, values: TaskValues) -> dict[str, Any]:
    """What is not named stays. A task that is done must be opened again first."""
    task = get_object_or_404(_rows(), pk=id)
    return _task(actions.change_task(task, **_said(values), by=by_of(request)))


@router.delete("/tasks/{id}", response={204: None}, auth=WRITE, summary="Delete a task")
def delete(request: HttpRequest, id: int) -> Status[None]:
    """For good."""
    actions.delete_task(get_object_or_404(_rows(), pk=id), by=by_of(request))
    return Status(204, None)


@router.post("/tasks/{id}/completion", response=TaskAnswer, auth=WRITE, summary="Do a task")
def complete(request: HttpRequest, id: int) -> dict[str, Any]:
    """It is done, now."""
    return _task(actions.finish_task(get_object_or_404(_rows(), pk=id), by=by_of(request)))


@router.delete(
    "/tasks/{id}/completion", response=TaskAnswer, auth=WRITE, summary="Open a task again"
)
def reopen(request: HttpRequest, id: int) -> dict[str, Any]:
    """It is to be done after all."""
    return _task(actions.reopen_task(get_object_or_404(_rows(), pk=id), by=by_of(request)))


class RuleAnswer(Schema):
    """A rule that makes tasks by itself."""

    id: int
    kind: str
    days: int
    title: str
    owner: str = Described(description="'' for each member's own owner")
    retired: bool


class RuleValues(Schema):
    """``kind``: unanswered, applicant, provisional, birthday, anniversary, of_age …"""

    kind: str | None = None
    days: int | None = None
    title: str | None = None
    owner: str | None = None
    retired: bool | None = None


def _rule(rule: TaskRule) -> dict[str, Any]:
    names = ("id", "kind", "days", "title")
    return {name: getattr(rule, name) for name in names} | {
        "owner": rule.owner.email if rule.owner else "",
        "retired": rule.retired_at is not None,
    }


@router.get("/task-rules", response=list[RuleAnswer], auth=READ, summary="Task rules")
def rules(request: HttpRequest) -> list[dict[str, Any]]:
    """Those in use and those stopped."""
    return [_rule(rule) for rule in TaskRule.objects.select_related("owner")]


@router.post("/task-rules", response={201: RuleAnswer}, auth=CONFIGURE, summary="Add a task rule")
def add_rule(request: HttpRequest, values: RuleValues) -> Status[dict[str, Any]]:
    """Its tasks are made within the hour."""
    rule = actions.add_rule(
        kind=values.kind or "",
        days=values.days or 0,
        title=values.title or "",
        owner=_staff(values.owner or ""),
        by=by_of(request),
    )
    return Status(201, _rule(rule))


@router.patch("/task-rules/{id}", response=RuleAnswer, auth=CONFIGURE, summary="Change a task rule")
def change_rule(request: HttpRequest, id: int, values: RuleValues) -> dict[str, Any]:
    """``retired`` stops it, or uses it again. The kind cannot be changed."""
    rule = get_object_or_404(TaskRule, pk=id)
    said = values.dict(exclude_none=True, exclude={"kind", "retired"})
    if "owner" in said:
        said["owner"] = _staff(said["owner"])
    rule = actions.change_rule(rule, **said, by=by_of(request))
    if values.retired is not None:
        rule = actions.retire_rule(rule, retired=values.retired, by=by_of(request))
    return _rule(rule)
