"""What can be done with everybody in a segment out of the box: tag, owner, tasks."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from enishi.accounts.models import User
from enishi.core import clock
from enishi.core.progress import Progress
from enishi.members import actions as roll
from enishi.members.models import MemberQuerySet, Tag, Task

from .actions.running import segment_action

Options = Mapping[str, Any]
NOBODY = "none"


class ActionForm(forms.Form):
    """What an action needs to know. ``by`` is whoever fills it in."""

    def __init__(self, *args: Any, by: User | None = None, **kwargs: Any) -> None:
        self.by = by
        super().__init__(*args, **kwargs)

    def options(self) -> dict[str, Any]:
        """Plain values to keep with the run."""
        return dict(self.cleaned_data)


class TagForm(ActionForm):
    """Which tag, and whether it goes on or comes off."""

    tag = forms.CharField(
        label=gettext_lazy("Tag"),
        max_length=50,
        help_text=gettext_lazy("The name of a tag; a new name makes a new tag."),
    )
    off = forms.BooleanField(label=gettext_lazy("Take it off instead"), required=False)

    def clean(self) -> None:
        given = self.cleaned_data
        if given.get("off") and not Tag.objects.filter(name=given.get("tag")).exists():
            self.add_error("tag", _("There is no tag of this name."))


@segment_action(
    "tag",
    gettext_lazy("Put a tag on them"),
    icon="tag",
    right="members.edit",
    order=20,
    form=TagForm,
    lead=gettext_lazy("Whoever comes into the segment later does not get the tag by itself."),
)
def put_tag(
    members: MemberQuerySet, options: Options, by: User | None, _progress: Progress
) -> dict[str, Any]:
    tag = roll.tag_named(options["tag"], by=by)
    if options.get("off"):
        count = roll.take_tag_off(members, tag, by=by)
    else:
        count = roll.put_tag_on(members, tag, by=by)
    return {"count": count}


class FieldForm(ActionForm):
    """Which field, and what it is set to."""

    field = forms.ChoiceField(label=pgettext_lazy("segment", "Field"))
    value = forms.CharField(
        label=gettext_lazy("Value"),
        required=False,
        max_length=2000,
        help_text=gettext_lazy("Written as in a list to import. Empty clears the field."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = roll.bulk_fields(self.by)
        choices = [(key, str(one.label)) for key, one in offered.items()]
        self.fields["field"].choices = choices  # type: ignore[attr-defined]

    def clean(self) -> None:
        given = self.cleaned_data
        if "field" not in given:
            return
        try:
            roll.clean_value(given["field"], given.get("value", ""), self.by)
        except roll.Invalid as no:
            self.add_error("value", next(iter(no.errors.values())))
        except roll.Refused as no:
            self.add_error("field", str(no))


@segment_action(
    "field",
    gettext_lazy("Set a field of them"),
    icon="edit",
    right="members.edit",
    order=15,
    form=FieldForm,
    lead=gettext_lazy("Can be undone in the list of members."),
)
def set_field(
    members: MemberQuerySet, options: Options, by: User | None, _progress: Progress
) -> dict[str, Any]:
    ids = list(members.order_by("pk").values_list("pk", flat=True))
    roll.set_on_many(options["field"], options["value"], filters={"ids": ids}, by=by)
    return {"count": len(ids)}


def _staff() -> list[tuple[str, str]]:
    staff = User.objects.filter(is_staff=True, is_active=True).order_by("name", "pk")
    return [(str(user.pk), str(user)) for user in staff]


class OwnerForm(ActionForm):
    """Who looks after them from now on."""

    owner = forms.ChoiceField(label=gettext_lazy("Owner"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].choices = [*_staff(), (NOBODY, _("Nobody"))]  # type: ignore[attr-defined]


@segment_action(
    "owner",
    gettext_lazy("Give them an owner"),
    icon="user-check",
    right="members.edit",
    order=30,
    form=OwnerForm,
)
def give_owner(
    members: MemberQuerySet, options: Options, by: User | None, _progress: Progress
) -> dict[str, Any]:
    chosen = options["owner"]
    owner = None if chosen == NOBODY else User.objects.get(pk=int(chosen))
    count = roll.give_owner(members, owner, by=by)
    return {"count": count}


class TaskForm(ActionForm):
    """What their owners have to do, and by when."""

    title = forms.CharField(label=gettext_lazy("Task"), max_length=200)
    text = forms.CharField(
        label=gettext_lazy("Details"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    days = forms.IntegerField(
        label=gettext_lazy("Due in so many days"), min_value=0, max_value=365, initial=7
    )


@segment_action(
    "task",
    gettext_lazy("Write tasks for their owners"),
    icon="checklist",
    right="members.edit",
    order=40,
    form=TaskForm,
    lead=gettext_lazy("One task for each member, for whoever looks after that member."),
)
def write_tasks(
    members: MemberQuerySet, options: Options, by: User | None, progress: Progress
) -> dict[str, Any]:
    due = clock.today() + timedelta(days=int(options["days"]))
    count = 0
    some: list[Task] = []
    for pk, owner in members.values_list("pk", "owner").iterator(chunk_size=5_000):
        some.append(
            Task(
                title=options["title"],
                text=options.get("text", ""),
                due_on=due,
                owner_id=owner,
                member_id=pk,
                by=by,
            )
        )
        if len(some) == 5_000:
            count += len(Task.objects.bulk_create(some))
            progress.at(count)
            some = []
    count += len(Task.objects.bulk_create(some))
    return {"count": count}


class ExportForm(ActionForm):
    """How the file is written, and what it is for."""

    format = forms.ChoiceField(
        label=gettext_lazy("Format"),
        choices=[("xlsx", "Excel (.xlsx)"), ("csv", "CSV")],
        widget=forms.RadioSelect,
        initial="xlsx",
    )
    encoding = forms.ChoiceField(
        label=gettext_lazy("Characters of the CSV"),
        choices=[("utf-8", "UTF-8"), ("cp932", "Shift_JIS")],
        widget=forms.RadioSelect,
        initial="utf-8",
    )
    reason = forms.CharField(
        label=pgettext_lazy("export", "Purpose"),
        max_length=200,
        required=False,
        help_text=gettext_lazy(
            "Kept in the history with your name: personal data leaves the roll."
        ),
    )


@segment_action(
    "export",
    gettext_lazy("Make a file of them"),
    icon="file-export",
    right="members.export",
    order=10,
    form=ExportForm,
    lead=gettext_lazy("The usual columns of those who are in the segment now, for a week."),
)
def export(
    members: MemberQuerySet, options: Options, by: User | None, _progress: Progress
) -> dict[str, Any]:
    ids = list(members.order_by("pk").values_list("pk", flat=True))
    made = roll.start_export(
        filters={"ids": ids},
        format=options["format"],
        encoding=options["encoding"],
        reason=options["reason"],
        by=by,
    )
    return {"count": len(ids), "url": reverse("members:export", args=[made.pk])}
