"""Tasks and the rules that make them."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from enishi.accounts.models import User
from enishi.members.actions.task_rules import KINDS
from enishi.members.models import Task, TaskRule

from .entry import DateField, FoldedField, ProseField
from .picking import member_field


def staff() -> Any:
    """Those who can be given something to do."""
    return User.objects.filter(is_staff=True, is_active=True).order_by("name", "pk")


class OwnedForm(forms.Form):
    owner = forms.ModelChoiceField(
        label=pgettext_lazy("task", "For"),
        queryset=User.objects.none(),
        required=False,
        empty_label=_("Whoever comes first"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        owner = self.fields["owner"]
        assert isinstance(owner, forms.ModelChoiceField)
        owner.queryset = staff()


class TaskForm(OwnedForm):
    """What is to be done, by when, by whom."""

    title = FoldedField(label=_("What is to be done"), required=True, max_length=200)
    due_on = DateField(label=_("Due"))
    text = ProseField(label=pgettext_lazy("task", "Details"), rows=3)
    field_order = ("title", "due_on", "owner", "member", "text")

    @staticmethod
    def initial_of(task: Task) -> dict[str, Any]:
        return {name: getattr(task, name) for name in ("title", "due_on", "text", "owner")}


class NewTaskForm(TaskForm):
    """A task that may be about a member."""

    member = member_field(pgettext_lazy("task", "About the member"), required=False)


class RuleForm(OwnedForm):
    """When, how many days, what to do, and who."""

    kind = forms.ChoiceField(label=pgettext_lazy("task rule", "When"), widget=forms.RadioSelect)
    days = forms.IntegerField(label=_("Days"), min_value=0, max_value=730)
    title = FoldedField(label=_("What is to be done"), required=True, max_length=200)
    field_order = ("kind", "days", "title", "owner")

    def __init__(self, *args: Any, rule: TaskRule | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        owner = self.fields["owner"]
        assert isinstance(owner, forms.ModelChoiceField)
        owner.empty_label = str(_("The owner of the member"))
        if rule is not None:
            del self.fields["kind"]
            return
        kind = self.fields["kind"]
        assert isinstance(kind, forms.ChoiceField)
        kind.choices = [(key, one.label) for key, one in KINDS.items()]
        if self.initial.get("kind"):  # chosen on the page before
            kind.widget = forms.HiddenInput()

    @staticmethod
    def initial_of(rule: TaskRule) -> dict[str, Any]:
        return {name: getattr(rule, name) for name in ("days", "title", "owner")}
