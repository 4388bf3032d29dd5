"""The form of a saved view."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from enishi.accounts.models import Role, User
from enishi.members.conditions import RuleFaults, parse
from enishi.members.models import SavedView
from enishi.ui.written import listed

from .entry import FoldedField

CONTENT = ("rule", "search", "sort", "columns")


class ViewForm(forms.Form):
    """Name and reach of a view. Who may not share or set what a role sees first is not asked."""

    name = FoldedField(label=_("Name of the view"), max_length=100, required=True)
    density = forms.ChoiceField(
        label=_("Row height"), choices=SavedView.Density.choices, required=False
    )
    shared = forms.BooleanField(
        label=_("Share with everybody in the office"),
        required=False,
        help_text=_("Otherwise only you see it."),
    )
    default_for = forms.MultipleChoiceField(
        label=_("Shown first to these roles"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Whoever has the role sees this view when the list is opened."),
    )

    def __init__(
        self, *args: Any, user: User, view: SavedView | None = None, **kwargs: Any
    ) -> None:
        """``view`` is the one that is edited; none for a new one."""
        super().__init__(*args, **kwargs)
        self.user, self.view = user, view
        if not user.has_right("members.edit"):
            del self.fields["shared"]
        if user.has_right("members.configure"):
            roles: Any = self.fields["default_for"]
            roles.choices = [(role.key, str(role)) for role in Role.objects.all()]
        else:
            del self.fields["default_for"]

    def clean_name(self) -> str:
        """Two views of one name in one menu could not be told apart."""
        name: str = self.cleaned_data["name"]
        others = SavedView.objects.seen_by(self.user).filter(name=name)
        if self.view is not None:
            others = others.exclude(pk=self.view.pk)
        if others.exists():
            raise forms.ValidationError(
                gettext("There is a view of this name already. Choose another name.")
            )
        return name


class ViewContentForm(forms.Form):
    """What a view shows, as two people may change it. It is never drawn: the list itself is the
    input. Columns are one value, since their order counts."""

    rule = forms.Field(label=_("Filters"), required=False)
    search = forms.Field(label=_("Search"), required=False)
    sort = forms.Field(label=_("Order"), required=False)
    columns = forms.Field(label=_("Columns"), required=False)

    def __init__(self, *args: Any, user: User, labels: Mapping[str, Any], **kwargs: Any) -> None:
        """``labels``: of columns, by key."""
        super().__init__(*args, **kwargs)
        self.user = user
        self.labels = labels

    @staticmethod
    def of(view: SavedView) -> dict[str, Any]:
        """What a view holds, as this form compares it."""
        found = {name: getattr(view, name) for name in CONTENT}
        return {**found, "columns": "\n".join(view.columns)}

    def content(self) -> dict[str, Any]:
        """What ``actions.change_view`` takes."""
        return {**self.cleaned_data, "columns": self.cleaned_data["columns"].split()}

    def written(self, name: str, value: Any) -> str | None:
        """How a value reads on the page on which one chooses."""
        if name == "columns":
            return listed(str(self.labels.get(key, key)) for key in str(value).split())
        if name == "sort" and value:
            direction = gettext("descending") if value.startswith("-") else gettext("ascending")
            key = value.lstrip("-")
            key = "name" if key == "kana" else key  # names are sorted by their kana
            return f"{self.labels.get(key, key)} ({direction})"
        if name == "rule" and value:
            try:
                return parse(value, by=self.user).sentence()
            except RuleFaults as no:
                return str(no)
        return None
