"""Tasks: written down, done, opened again; next actions of contacts become tasks."""

from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from enishi.accounts.models import User
from enishi.core import clock, japanese
from enishi.core.facts import announce
from enishi.members import facts
from enishi.members.models import Contact, Member, Task

from .refusals import Invalid, TaskIsDone
from .relations import differences
from .roll import By, by_id, locked

_LONGEST = 20_000


@transaction.atomic
def add_task(
    *,
    title: str,
    text: str = "",
    due_on: date | None = None,
    owner: User | None = None,
    member: Member | None = None,
    by: By,
) -> Task:
    """Write down what somebody (``owner``; None: whoever comes first) has to do by a day."""
    if member is not None:
        member = locked(member)
    values = _clean(title=title, text=text, due_on=due_on, owner=owner)
    task = Task.objects.create(member=member, by_id=by_id(by), **values)
    announce(facts.TaskAdded(about=task, member=member, due_on=task.due_on, by=by))
    return task


@transaction.atomic
def change_task(task: Task, *, by: By, **values: Any) -> Task:
    """Change ``title``, ``text``, ``due_on`` or ``owner`` of a task that is not done."""
    task = locked_task(task)
    if task.done_at is not None:
        raise TaskIsDone
    if changes := differences(task, _clean(**values)):
        task.save(update_fields=list(changes))
        announce(facts.TaskChanged(about=task, member=task.member, changes=changes, by=by))
    return task


@transaction.atomic
def finish_task(task: Task, *, by: By) -> Task:
    """The task is done. Done before: nothing happens."""
    task = locked_task(task)
    if task.done_at is None:
        task.done_at, task.done_by_id = clock.now(), by_id(by)
        task.save(update_fields=["done_at", "done_by"])
        announce(facts.TaskDone(about=task, member=task.member, by=by))
    return task


@transaction.atomic
def reopen_task(task: Task, *, by: By) -> Task:
    """The task is to be done after all: it stays open until somebody closes it."""
    task = locked_task(task)
    if task.done_at is not None:
        task.done_at, task.done_by, task.reopened_at = None, None, clock.now()
        task.save(update_fields=["done_at", "done_by", "reopened_at"])
        announce(facts.TaskReopened(about=task, member=task.member, by=by))
    return task


@transaction.atomic
def delete_task(task: Task, *, by: By) -> None:
    """Delete a task for good."""
    task = locked_task(task)
    announce(facts.TaskDeleted(about=task, member=task.member, by=by))
    task.delete()


def note_next_action(contact: Contact, *, by: By) -> None:
    """Keep the task of a contact's next action in step with the contact, inside its transaction.

    A next action makes a task for whoever noted it; without one the open task goes.
    """
    task = Task.objects.select_for_update(of=("self",)).filter(contact=contact).first()
    if not contact.next_action and contact.next_on is None:
        if task is not None and task.done_at is None:
            delete_task(task, by=by)
        return
    title = (contact.next_action or contact.subject)[:200]
    if task is None:
        task = Task.objects.create(
            title=title,
            due_on=contact.next_on,
            owner_id=contact.by_id,
            member_id=contact.member_id,
            contact=contact,
            by_id=by_id(by),
        )
        announce(facts.TaskAdded(about=task, member=contact.member, due_on=task.due_on, by=by))
    elif task.done_at is None:
        change_task(task, title=title, due_on=contact.next_on, by=by)


def drop_next_action(contact: Contact, *, by: By) -> None:
    """The contact is about to be deleted: the open task that came of it goes too."""
    for task in Task.objects.filter(contact=contact, done_at=None):
        delete_task(task, by=by)


def locked_task(task: Task) -> Task:
    """The row as it is now, locked."""
    return (
        Task.objects.select_for_update(of=("self",))
        .select_related("member", "owner")
        .get(pk=task.pk)
    )


def _clean(**values: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in values.items():
        match name:
            case "title":
                found[name] = japanese.fold(value).replace("\x00", "")
                if not found[name]:
                    raise Invalid({name: _("Write what is to be done.")})
                if len(found[name]) > 200:
                    raise Invalid({name: _("Write at most 200 characters.")})
            case "text":
                found[name] = japanese.as_written(value)[:_LONGEST].replace("\x00", "")
            case "due_on":
                if value is not None and not 2000 <= value.year <= clock.today().year + 100:
                    raise Invalid({name: _("This day cannot be right. Check the year.")})
                found[name] = value
            case "owner":
                if value is not None and not (value.is_staff and value.is_active):
                    raise Invalid({name: _("Choose somebody of the staff.")})
                found[name] = value
    return found
